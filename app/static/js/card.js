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
    const otherBrand = form.querySelector("[data-other-brand]");
    const brandName = document.createElement("span");
    brandName.className = "card-brand";
    brandName.id = "card-brand";
    brandName.setAttribute("aria-live", "polite");

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

    // --- the middle digits are covered as they are typed; the last one typed and what receipts show stay readable ------
    const cover = document.createElement("span");
    cover.className = "card-cover";
    cover.setAttribute("aria-hidden", "true");
    const box = document.createElement("span");
    box.className = "card-box";
    const uncover = document.createElement("button");
    uncover.type = "button";
    uncover.className = "button small";
    uncover.tabIndex = -1; // its key is Alt H: Tab leads from the number to the expiry
    uncover.hidden = true;
    uncover.dataset.shortcut = "h";
    uncover.setAttribute("aria-keyshortcuts", "Alt+H");
    number.before(box);
    box.append(number, cover, uncover);
    box.after(brandName, uncover);

    function showCover() {
      const count = digitsOf(number.value).length;
      const last = /^3[47]/.test(number.value) ? 11 : Math.max(12, count - 4);
      let place = -1;
      cover.textContent = Array.from(number.value, (char) => {
        if (!/[0-9]/.test(char)) return char;
        place += 1;
        return place < 6 || place >= last || (place === count - 1 && document.activeElement === number) ? char : "•";
      }).join("");
      cover.scrollLeft = number.scrollLeft;
      nameUncover();
    }

    function nameUncover() {
      uncover.textContent = box.classList.contains("open") ? text.textCover : text.textUncover;
      uncover.hidden = !number.value;
    }

    uncover.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where one types
    uncover.addEventListener("click", () => {
      box.classList.toggle("open");
      nameUncover();
    });

    // --- brand -----------------------------------------------------------------------------------------------------------
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
      nameOther(usual);
    }

    function nameOther(usual) {
      const next = brand.options[(brand.selectedIndex + 1) % brand.options.length];
      otherBrand.hidden = false;
      otherBrand.firstElementChild.textContent = text.textInstead.replace("{brand}", next.value || usual);
    }

    otherBrand.addEventListener("click", () => {
      brand.selectedIndex = (brand.selectedIndex + 1) % brand.options.length;
      showBrands();
      if (document.activeElement === otherBrand || document.activeElement === document.body) field("card_expiry").focus();
    });
    brand.addEventListener("change", showBrands);

    // --- the number ------------------------------------------------------------------------------------------------------
    function group() {
      const digits = digitsOf(number.value);
      if (!/^[0-9]*$/.test(digits) || number.selectionStart !== number.value.length) return;
      const parts = /^3[47]/.test(digits) ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10)] : digits.match(/.{1,4}/g) || [];
      number.value = parts.filter(Boolean).join(" ");
    }

    function judge(whole) {
      const digits = digitsOf(number.value);
      const range = rangeOf(digits);
      const long = range && range.lengths.includes(digits.length);
      const right = long && checkDigit(digits);
      brandName.classList.toggle("right", Boolean(right));
      if (right || !digits) tell("card_number", "");
      else if (long || (whole && range)) tell("card_number", text.textNumber);
      else if (number.hasAttribute("aria-invalid")) tell("card_number", "");
    }

    number.addEventListener("input", () => {
      group();
      showBrands();
      showCover();
      judge(false);
    });
    for (const type of ["focus", "blur", "scroll"]) number.addEventListener(type, showCover);
    number.addEventListener("blur", () => judge(true));

    function forgetCard() {
      for (const name of SECRET) field(name).value = "";
      brand.value = "";
      box.classList.remove("open");
      brandName.classList.remove("right");
      showBrands();
      showCover();
    }

    window.addEventListener("pagehide", forgetCard);
    window.addEventListener("pageshow", (event) => event.persisted && forgetCard());
    showBrands();
    showCover();
    return forgetCard;
  };
})();
