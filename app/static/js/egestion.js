/* One small script for every page: menu, text size, shortcuts, ticks, double submits. All works without it, less comfortably. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  const on = (where, type, what) => where.addEventListener(type, what);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // Below 60rem the menu folds behind its button.
  function menu() {
    for (const nav of all("[data-menu]")) {
      const button = nav.querySelector(".menu-toggle");
      const groups = nav.querySelector(".menu-groups");
      button.hidden = false;
      on(button, "click", () => {
        const open = groups.classList.toggle("open");
        button.setAttribute("aria-expanded", String(open));
      });
    }
  }

  // A- A A+: applied at once and kept by a request of its own, so that a half-typed order stays on the page.
  function textSize() {
    for (const form of all("[data-preferences]")) {
      on(form, "submit", (event) => {
        const button = event.submitter;
        if (!button || button.name !== "text_size") return;
        event.preventDefault();
        root.classList.remove("text-small", "text-normal", "text-large");
        root.classList.add("text-" + button.value);
        for (const other of all("[name=text_size]")) other.setAttribute("aria-pressed", String(other.value === button.value));
        fetch(form.action, { method: "POST", body: new FormData(form, button), headers: { "X-Requested-With": "fetch" } });
      });
    }
  }

  // Alt + letter presses or focuses the element that carries data-shortcut (never a bare letter: WCAG 2.1.4).
  // Where each row has the same key, it is that of the row with the focus; the first row's when the focus is in no row of
  // theirs: nobody acts on a row beside the one they are in.
  function shortcuts() {
    on(document, "keydown", (event) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("dialog:modal")) return;
      const letter = /^[a-z0-9]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^(Key|Digit)/, "").toLowerCase();
      const bearers = all("[data-shortcut]").filter((element) => element.dataset.shortcut === letter && element.getClientRects().length);
      const row = document.activeElement && document.activeElement.closest("tbody tr");
      const target =
        bearers.find((element) => row && row.contains(element)) ||
        bearers.find((element) => !row || !row.parentElement.contains(element));
      if (!target) return;
      event.preventDefault();
      if (target.matches("input, select, textarea")) target.focus();
      else target.click();
      asked(target.closest("summary"));
    });
  }

  // A question opened by its key: the focus goes where it is answered, back where it was asked.
  function asked(summary) {
    const question = summary && summary.closest("details.confirm");
    if (!question) return;
    const place = question.open ? question.querySelector(".control, button") : summary;
    if (place) place.focus();
  }

  // Where rows have keys, up and down go from row to row, to the same control.
  function rows() {
    on(document, "keydown", (event) => {
      const steps = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" };
      if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const row = event.target.matches("input, select, textarea") ? null : event.target.closest("tbody tr");
      if (!row || !row.parentElement.querySelector("[data-shortcut]")) return;
      event.preventDefault();
      const next = row[steps[event.key]];
      if (!next) return;
      const same = event.target.dataset.shortcut && next.querySelector(`[data-shortcut="${event.target.dataset.shortcut}"]`);
      (same || next.querySelector("a[href], summary, button")).focus();
    });
  }

  // Ticks of a list: all of the page at once, and how many are ticked.
  function ticks() {
    for (const master of all("[data-ticks]")) {
      const boxes = all(`input[name=rowid][form="${master.dataset.ticks}"]`);
      const count = document.querySelector(`[data-bulk="${master.dataset.ticks}"] .bulk-count`);
      const show = () => {
        const ticked = boxes.filter((box) => box.checked).length;
        master.checked = ticked === boxes.length;
        master.indeterminate = ticked > 0 && ticked < boxes.length;
        if (count) {
          count.hidden = false;
          count.textContent = String(ticked);
        }
      };
      master.hidden = false;
      on(master, "change", () => {
        for (const box of boxes) box.checked = master.checked;
        show();
      });
      for (const box of boxes) on(box, "change", show);
      show();
    }
  }

  // A second submit of a form on its way is dropped; the server would drop it too, by its key.
  function once() {
    on(document, "submit", (event) => {
      const form = event.target;
      if (!form.matches("[data-once]") || event.defaultPrevented) return;
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    });
    on(window, "pageshow", () => {
      for (const form of all("[data-once][data-sent]")) delete form.dataset.sent;
      for (const button of all("button[aria-disabled]")) button.removeAttribute("aria-disabled");
    });
  }

  // Disclosures that hang over the page close on Escape and on a click elsewhere.
  function drops() {
    const open = () => all("details[data-drop][open]");
    on(document, "keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const drop of open()) {
        const inside = drop.contains(document.activeElement);
        drop.open = false;
        if (inside) drop.querySelector("summary").focus();
      }
    });
    on(document, "click", (event) => {
      for (const drop of open()) if (!drop.contains(event.target)) drop.open = false;
    });
  }

  once();
  shortcuts();
  rows();
  drops();
  on(document, "DOMContentLoaded", () => {
    menu();
    textSize();
    ticks();
    const first = document.querySelector("[data-focus]");
    if (first) first.focus();
  });
})();
