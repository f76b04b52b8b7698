// Shows the chosen picture before it is sent, and sets the focal point by a click on it.
// Without this script the file input and the two number fields do the same.
"use strict";

function pictureInput(root) {
  const input = root.querySelector("input[type=file]");
  const preview = root.querySelector("[data-preview]");
  const frame = root.querySelector("[data-frame]");
  const image = frame.querySelector("img");
  const mark = root.querySelector("[data-mark]");
  const tooLarge = root.querySelector("[data-too-large]");
  const unshown = root.querySelector("[data-no-preview]");
  const fields = ["focal_x", "focal_y"].map((name) => input.form.elements[name]);
  const kept = image.getAttribute("src");

  function show(address) {
    image.removeAttribute("width");
    image.removeAttribute("height");
    preview.hidden = !address;
    if (address) image.src = address;
  }

  function setFocal(x, y) {
    [x, y].forEach((share, index) => {
      fields[index].value = Math.min(1, Math.max(0, share)).toFixed(2);
    });
    placeMark();
  }

  function placeMark() {
    const [x, y] = fields.map((field) => Number(field.value));
    mark.hidden = !(x >= 0 && x <= 1 && y >= 0 && y <= 1);
    mark.style.left = `${x * 100}%`;
    mark.style.top = `${y * 100}%`;
  }

  function choose() {
    const file = input.files[0];
    tooLarge.hidden = unshown.hidden = true;
    if (!file) return show(kept);
    if (file.size > Number(root.dataset.limit)) {
      tooLarge.hidden = false;
      return show(null);
    }
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      show(reader.result);
      if (fields.every(Boolean)) setFocal(0.5, 0.5);
    });
    reader.readAsDataURL(file);
  }

  input.addEventListener("change", choose);
  // Chosen before this script arrived, or kept by the browser over a reload.
  if (input.files.length) choose();

  image.addEventListener("error", () => {
    preview.hidden = true;
    unshown.hidden = false;
  });

  if (!fields.every(Boolean)) return;
  root.querySelector("[data-focal-help]").hidden = false;
  frame.classList.add("is-clickable");
  frame.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    setFocal((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });
  fields.forEach((field) => field.addEventListener("input", placeMark));
  placeMark();
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-picture-input]").forEach(pictureInput);
});
