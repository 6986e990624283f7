/* Errors beside the fields of a form: the same marks as the server's own (a line before the control, tied to it). */
(() => {
  "use strict";

  window.egestionFields = (form) => {
    const field = (name) => form.elements.namedItem(name);

    function boxOf(name) {
      const control = field(name);
      if (!control) return null;
      const one = control instanceof Element ? control : document.getElementById(name);
      return one.closest(".field");
    }

    function tell(name, message) {
      const box = boxOf(name);
      if (!box) return false;
      const control = box.matches("fieldset") ? box : box.querySelector(".control");
      const id = `${name}-error`;
      let line = document.getElementById(id);
      const others = (control.getAttribute("aria-describedby") || "").split(" ").filter((each) => each && each !== id);
      box.classList.toggle("wrong", Boolean(message));
      if (!message) {
        if (line) line.remove();
        control.removeAttribute("aria-invalid");
      } else {
        if (!line) {
          line = document.createElement("p");
          line.className = "error";
          line.id = id;
          const row = box.querySelector(".control-row, textarea, select, .choice-list");
          row.before(line);
        }
        line.textContent = message;
        control.setAttribute("aria-invalid", "true");
        others.push(id);
        const more = control.closest("details");
        if (more) more.open = true;
      }
      if (others.length) control.setAttribute("aria-describedby", others.join(" "));
      else control.removeAttribute("aria-describedby");
      return true;
    }

    return { boxOf, tell };
  };
})();
