/* An action's form: the sentence above the button follows the amount as it is typed; the first control takes the focus. */
(() => {
  "use strict";
  const form = document.querySelector("[data-action-form]");
  if (!form) return;
  const amount = form.elements.namedItem("amount");
  const output = form.querySelector("output[data-amount]");
  if (amount && output) {
    const first = { typed: amount.value, written: output.textContent };
    const language = document.documentElement.lang;
    const currency = output.dataset.amount;
    /* As the server writes it; what is no amount yet as it was typed. */
    const written = (typed) => {
      const plain = language === "fr" ? typed.replace(/\s/g, "").replace(",", ".") : typed.replaceAll(",", "");
      if (!/^\d{1,12}(\.\d{1,3})?$/.test(plain)) return `${typed || "–"} ${currency}`;
      return new Intl.NumberFormat(language, { style: "currency", currency }).format(Number(plain));
    };
    const show = () => {
      const typed = amount.value.trim();
      output.textContent = typed === first.typed ? first.written : written(typed);
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
