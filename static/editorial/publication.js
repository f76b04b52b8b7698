// Says in one line what saving will do, as the editor chooses steps for each language.
document.addEventListener("DOMContentLoaded", () => {
  const line = document.querySelector("[data-outcome-line]");
  const box = line && line.closest("fieldset");
  if (!box) return;
  const tell = () => {
    const chosen = [...box.querySelectorAll("input[data-outcome]:checked")];
    const said = chosen.map((input) => input.dataset.outcome).join(" ");
    if (said) line.textContent = said;
    for (const name of ["en", "zh_hans"]) {
      const step = box.querySelector(`input[name=step_${name}]:checked`)?.value || "";
      const show = (field, needed) => {
        const part = box.querySelector(`.fieldBox.field-${field}_${name}`)?.parentElement;
        if (!part) return;
        part.classList.toggle("not-needed", !needed);
        const row = part.closest(".form-row");
        row.classList.toggle("not-needed", ![...part.parentElement.children].some((one) => !one.classList.contains("not-needed")));
      };
      show("at", step === "publish");
      const change = box.querySelector(`input[name=change_${name}]:checked`)?.value;
      show("change", step === "publish");
      show("change_note", step === "publish" && change !== "minor");
      show("notice", step === "withdraw" || step === "unpublish");
      show("replacement_address", step === "unpublish");
    }
    const steps = chosen.map((input) => input.value);
    const reason = box.querySelector(".form-row.field-reason");
    const asked = steps.includes("approve") || steps.includes("send_back");
    reason?.classList.toggle("not-needed", !asked && !reason.classList.contains("errors"));
  };
  box.addEventListener("change", tell);
  tell();
});
