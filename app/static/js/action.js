/* An action's form: the sentence above the button follows the amount as it is typed; the first control takes the focus. */
(() => {
  "use strict";
  const form = document.querySelector("[data-action-form]");
  if (!form) return;
  const amount = form.elements.namedItem("amount");
  const output = form.querySelector("output[data-amount]");
  if (amount && output) {
    const first = { typed: amount.value, written: output.textContent };
    const show = () => {
      const typed = amount.value.trim();
      output.textContent = typed === first.typed ? first.written : `${typed || "–"} ${output.dataset.amount}`;
    };
    amount.addEventListener("input", show);
    show();
  }
  const control = form.querySelector(".control, .choice input, .field.checkbox input");
  if (control && !document.querySelector("[data-focus]")) {
    control.focus();
    if (control.select) control.select();
  }
})();
