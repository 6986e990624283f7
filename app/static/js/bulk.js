/* How many rows are ticked and what they come to, as they are ticked; without it the page says what it came with. */
(() => {
  "use strict";
  const form = document.querySelector("[data-bulk-form]");
  if (!form) return;
  const boxes = Array.from(form.querySelectorAll("input[name=sale]"));
  const [count, sum] = ["count", "sum"].map((name) => form.querySelector(`[data-ticked-${name}]`));
  const show = () => {
    const totals = new Map();
    const ticked = boxes.filter((box) => box.checked);
    for (const { dataset } of ticked) totals.set(dataset.currency, (totals.get(dataset.currency) || 0) + Number(dataset.amount));
    count.textContent = String(ticked.length);
    sum.textContent = Array.from(totals, ([currency, minor]) => {
      const written = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
      return written.format(minor / 10 ** written.resolvedOptions().maximumFractionDigits);
    }).join(" + ") || "–";
  };
  for (const box of boxes) box.addEventListener("change", show);
  window.addEventListener("pageshow", show); // ticks kept by the browser on the way back
})();
