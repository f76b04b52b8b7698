// Sends the chosen files one after the other, each with its own progress and its own answer.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-bulk]");
  const list = document.querySelector("[data-bulk-list]");
  const { limit, tooLarge, taken, failed } = form.dataset;

  const send = (file, progress) => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("files", file);
    request.open("POST", location.href);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => resolve(request.response?.outcomes?.[0] || { problem: failed }));
    request.addEventListener("error", () => resolve({ problem: failed }));
    request.send(data);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...form.elements.files.files];
    form.elements.files.value = "";
    for (const file of files) {
      const line = document.createElement("li");
      const name = document.createElement("b");
      name.textContent = file.name;
      line.append(name, " ");
      list.append(line);
      if (file.size > Number(limit)) {
        line.append(tooLarge);
        continue;
      }
      const progress = document.createElement("progress");
      progress.value = 0;
      line.append(progress);
      const { url, problem } = await send(file, progress);
      progress.remove();
      if (!url) {
        line.append(problem);
        continue;
      }
      const link = document.createElement("a");
      link.href = url;
      link.append(name.textContent);
      name.replaceWith(link);
      line.append(taken);
    }
  });
});
