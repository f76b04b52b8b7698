// Shows the picture that was chosen in an image field. The chooser (Select2) tells of a change
// through jQuery only, so jQuery listens.
"use strict";
{
  const $ = django.jQuery;

  $(document).on("change", "[data-lead-image] select", (event) => {
    const root = event.target.closest("[data-lead-image]");
    const image = root.querySelector(":scope > img");
    const key = event.target.value;
    image.hidden = !key;
    if (key) image.src = root.dataset.leadImage.replace("/0/", `/${key}/`);
    else image.removeAttribute("src");
  });
}
