/* "/" goes to the search box; "?" shows the shortcuts of the page at hand, read from the page itself: data-shortcut on elements, template[data-shortcuts].
   Never while somebody types; the key can be switched off (WCAG 2.1.4), the button in the footer stays. */
(() => {
  "use strict";
  const dialog = document.getElementById("shortcuts");
  if (!dialog) return;
  const list = dialog.querySelector("[data-shortcuts-list]");
  const box = dialog.querySelector("[data-shortcuts-key]");
  const button = document.querySelector("[data-shortcuts-open]");
  const fixed = Array.from(list.children);
  const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";
  const KEPT = "egestion-shortcuts-key";

  const keyWorks = () => {
    try {
      return localStorage.getItem(KEPT) !== "off";
    } catch {
      return true; // no storage in this browser
    }
  };

  function line(keys, text) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const sign = document.createElement("kbd");
    const what = document.createElement("dd");
    sign.textContent = keys;
    what.textContent = text;
    term.append(sign);
    row.append(term, what);
    return row;
  }

  function nameOf(element) {
    if (element.ariaLabel) return element.ariaLabel;
    if (element.labels && element.labels.length) return element.labels[0].textContent.trim();
    const copy = element.cloneNode(true);
    for (const sign of copy.querySelectorAll("kbd, .unseen")) sign.remove();
    return copy.textContent.trim();
  }

  const searchBox = () => document.querySelector("main input[type=search]");

  function open() {
    if (dialog.open) return;
    // A page that says itself what its keys do is believed: a button's text of this moment says less.
    const told = Array.from(document.querySelectorAll("[data-keys] > div")).map((each) => each.cloneNode(true));
    const seen = told.length ? [] : Array.from(document.querySelectorAll("[data-shortcut]")).filter((element) => element.getClientRects().length);
    const own = seen.filter((element, place) => seen.findIndex((other) => other.dataset.shortcut === element.dataset.shortcut) === place); // one of each row
    const search = searchBox();
    const declared = Array.from(document.querySelectorAll("template[data-shortcuts]")).map((each) => each.content.cloneNode(true));
    list.replaceChildren(...told, ...(search ? [line("/", nameOf(search))] : []), ...own.map((element) => line("Alt " + element.dataset.shortcut.toUpperCase(), nameOf(element))), ...declared, ...fixed);
    box.checked = keyWorks();
    dialog.showModal();
    dialog.querySelector("[data-shortcuts-close]").focus({ preventScroll: true });
    dialog.scrollTop = 0; // it is read from its first line
  }

  document.addEventListener("keydown", (event) => {
    if (!["?", "/"].includes(event.key) || (event.key === "/" && (dialog.open || !searchBox())) || event.ctrlKey || event.metaKey || event.altKey || !keyWorks()) return;
    if (event.target instanceof Element && event.target.closest(TYPING)) return;
    event.preventDefault();
    if (event.key === "?") open();
    else if (searchBox()) searchBox().focus();
  });
  // Tab stays inside: from the last control to the first, without a stop at the browser's own.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const stops = Array.from(dialog.querySelectorAll("input, button"));
    const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
  });
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      // works until the page is left
    }
  });
  button.hidden = false;
  button.addEventListener("click", open);
})();
