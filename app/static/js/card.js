/* The card on the order page: brand, grouping and check digit as it is typed. Nothing of it is sent before the order. */
(() => {
  "use strict";

  /* Watch the card fields of `form`; `tell(name, message)` writes beside a field. Returns what forgets the card. */
  window.egestionCard = (form, tell) => {
    const text = form.dataset;
    const field = (name) => form.elements.namedItem(name);
    const SECRET = ["card_number", "card_expiry", "security_code"];
    const ranges = JSON.parse(text.ranges);
    const number = field("card_number");
    const brand = field("brand");
    const brandBox = form.querySelector("[data-brand]");
    const brandName = document.createElement("span");
    brandName.className = "card-brand";
    brandName.id = "card-brand";
    number.after(brandName);

    const digitsOf = (value) => value.replace(/[\s.\-]/g, "");

    function rangeOf(digits) {
      if (digits.length < 6) return null;
      const bin = Number(digits.slice(0, 6));
      return ranges.find((range) => range.first <= bin && bin <= range.last) || null;
    }

    function checkDigit(digits) {
      let total = 0;
      for (let place = 0; place < digits.length; place += 1) {
        const value = Number(digits[digits.length - 1 - place]) * (1 + (place % 2));
        total += value > 9 ? value - 9 : value;
      }
      return total % 10 === 0;
    }

    function showBrands() {
      const range = rangeOf(digitsOf(number.value));
      const brands = range ? range.brands : [];
      brandName.textContent = brands.join(" / ");
      brandBox.hidden = brands.length < 2;
      if (brands.length < 2) {
        brand.value = "";
        return;
      }
      const usual = brands.includes(text.defaultBrand) ? text.defaultBrand : brands[0];
      const wanted = brands.includes(brand.value) ? brand.value : "";
      brand.replaceChildren(
        new Option(`${usual} (${text.textUsual})`, ""),
        ...brands.filter((name) => name !== usual).map((name) => new Option(name, name)),
      );
      brand.value = wanted;
    }

    function group() {
      const digits = digitsOf(number.value);
      if (!/^[0-9]*$/.test(digits) || number.selectionStart !== number.value.length) return;
      const parts = /^3[47]/.test(digits) ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10)] : digits.match(/.{1,4}/g) || [];
      number.value = parts.filter(Boolean).join(" ");
    }

    number.addEventListener("input", () => {
      group();
      showBrands();
      if (number.hasAttribute("aria-invalid")) tell("card_number", "");
    });
    number.addEventListener("blur", () => {
      const digits = digitsOf(number.value);
      const range = rangeOf(digits);
      if (range && range.lengths.includes(digits.length) && !checkDigit(digits)) tell("card_number", text.textNumber);
    });

    function forgetCard() {
      for (const name of SECRET) field(name).value = "";
      brand.value = "";
      showBrands();
    }

    window.addEventListener("pagehide", forgetCard);
    showBrands();
    return forgetCard;
  };
})();
