/* What stands around the card on the order page: the next number, the day of the remittance in a sentence. */
(() => {
  "use strict";

  /* Watch `form`; `tell(name, message)` writes beside a field. Returns what the page needs to start an order anew. */
  window.egestionOrder = (form, tell) => {
    const field = (name) => form.elements.namedItem(name);
    const KEPT = ["csrf_token", "key", "merchant", "channel", "currency", "capture_mode", "capture_day", "no_card_number"];

    // --- the next number ---------------------------------------------------------------------------------------------
    const proposal = form.querySelector("[data-next-number]");
    function propose(number) {
      proposal.dataset.nextNumber = number || "";
      proposal.querySelector("[data-number]").textContent = number || "";
      proposal.hidden = !number;
    }
    /* A number of ours, which may make place for the next one where somebody else was faster with it. */
    function takeNumber(number) {
      field("order_number").value = number;
      field("order_number").dispatchEvent(new Event("change", { bubbles: true }));
      field("proposed").value = number;
    }
    field("order_number").addEventListener("input", () => {
      field("proposed").value = ""; // typed by hand: it is this number or none
    });
    proposal.addEventListener("click", () => {
      takeNumber(proposal.dataset.nextNumber);
      tell("order_number", "");
      if (field("amount").value) field("card_number").focus();
      else field("amount").focus();
    });
    propose(proposal.dataset.nextNumber);

    // --- the remittance ----------------------------------------------------------------------------------------------
    const box = form.querySelector(".remittance");
    const sentences = JSON.parse(form.dataset.remittance);
    let before = null;
    function showRemittance() {
      const shipped = field("shipping_date");
      const possible = sentences[field("capture_mode").value] || [];
      let days = Number(field("capture_day").value);
      if (shipped.value) {
        // What waits for a person keeps its whole delay, whenever the goods leave.
        if (field("capture_mode").value === "VALIDATION") days = possible.length - 1;
        else days = (Date.parse(shipped.value) - Date.parse(shipped.min)) / 86400000;
      }
      const said = possible[days];
      box.querySelector("[data-remitted]").textContent = said || "";
      shipped.closest(".field").hidden = field("capture_mode").value === "IMMEDIATE";
      field("capture_day").closest(".field").hidden = field("capture_mode").value === "IMMEDIATE";
    }
    function closeRemittance() {
      box.open = false;
      (before && before.isConnected ? before : field("amount")).focus();
    }
    document.addEventListener("focusin", (event) => {
      if (form.contains(event.target) && !box.contains(event.target)) before = event.target;
    });
    // Opened by a person it is entered; opened because something in it is wrong, the first wrong field keeps the focus.
    let byHand = false;
    box.querySelector("summary").addEventListener("click", () => {
      byHand = true;
    });
    box.addEventListener("toggle", () => {
      if (box.open && byHand) field("capture_day").focus();
      byHand = false;
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      if (event.target.matches("summary") && event.key === "Enter") return;
      event.preventDefault();
      closeRemittance();
    });
    box.addEventListener("change", showRemittance);
    showRemittance();

    // --- what a person says beside the order ---------------------------------------------------------------------------
    const noCard = form.querySelector("[data-no-card]");
    for (const name of ["amount", "order_number"]) {
      field(name).addEventListener("change", () => {
        field("confirmed").value = "";
      });
    }
    if (noCard && !noCard.hidden && !field("order_number").hasAttribute("aria-invalid")) noCard.hidden = true;
    function offerNoCard(errors) {
      if (noCard && errors.some((each) => each.field === "order_number" && each.code === "card_number_in_field")) noCard.hidden = false;
    }

    function clear() {
      for (const control of form.elements) {
        if (!control.name || KEPT.includes(control.name) || control.type === "submit") continue;
        control.value = "";
      }
      for (const name of ["capture_mode", "capture_day"]) {
        for (const option of field(name).options) option.selected = option.defaultSelected;
      }
      if (noCard) {
        noCard.hidden = true;
        field("no_card_number").checked = false;
      }
      box.open = false;
      showRemittance();
    }

    // --- a change of language or merchant: what was typed crosses it, in this tab, and nothing of a card ---------------
    const TYPED = "egestion.typed";
    const LEFT = ["card_number", "card_expiry", "security_code", "csrf_token", "key", "merchant", "confirmed", "attempts", "proposed"];
    const OF_A_SHOP = ["currency", "brand", "capture_mode", "capture_day", "shipping_date"]; // another merchant has its own
    /* As many digits as a card number has, whatever stands between them. */
    const likeACard = (value) => (value.match(/\p{Nd}/gu) || []).length >= 13;

    function keepTyped(merchant) {
      const values = {};
      const left = merchant === field("merchant").value ? LEFT : [...LEFT, ...OF_A_SHOP];
      if (left !== LEFT && field("proposed").value) left.push("order_number"); // the next number of this merchant
      for (const control of form.elements) {
        if (!control.name || left.includes(control.name) || likeACard(control.value)) continue;
        if (["radio", "checkbox"].includes(control.type) ? control.checked : control.value) values[control.name] = control.value;
      }
      try {
        window.sessionStorage.setItem(TYPED, JSON.stringify({ language: document.documentElement.lang, merchant, values }));
      } catch {
        // No storage: the form is empty on the next page.
      }
    }

    function typedBefore() {
      try {
        const kept = JSON.parse(window.sessionStorage.getItem(TYPED));
        window.sessionStorage.removeItem(TYPED);
        return kept && kept.merchant === field("merchant").value ? kept : null;
      } catch {
        return null;
      }
    }

    function giveBack(kept) {
      for (const [name, value] of Object.entries(kept.values)) {
        const control = field(name);
        if (!control) continue;
        if (control.type === "checkbox") control.checked = true;
        else control.value = name === "amount" ? inLanguage(value, kept.language, document.documentElement.lang) : value;
      }
      showRemittance();
    }

    /* An amount with the decimal sign of the other language. */
    function inLanguage(amount, before, now) {
      if (before === now) return amount;
      return now === "fr" ? amount.replaceAll(",", "").replace(".", ",") : amount.replace(/\s/g, "").replace(",", ".");
    }

    for (const preferences of document.querySelectorAll("[data-preferences]")) {
      preferences.addEventListener("submit", (event) => {
        if (event.submitter && event.submitter.name === "language") keepTyped(field("merchant").value);
      });
    }
    const lastTyped = typedBefore();
    if (lastTyped) giveBack(lastTyped);

    return { propose, takeNumber, offerNoCard, clear, keepTyped };
  };
})();
