// What staff's text editor has beyond the package: pictures and videos of the library, links
// within the site, and a paste that keeps structure and says what it left out.
import { Extension, Node, Plugin, crel, mergeAttributes, updateAttrsDialog } from "django-prose-editor/editor";

const desk = `${location.pathname.split("/admin/")[0]}/admin/`;

// A dialog with a search; resolves to the item chosen, or to null.
const choose = (editor, kind, title, words) => new Promise((resolve) => {
  const list = crel("ul", { className: "chooser-list" });
  const search = crel("input", { type: "search", "aria-label": words.search, placeholder: words.search });
  const cancel = crel("button", { type: "button", textContent: words.cancel });
  const dialog = crel("dialog", { className: "prose-editor-dialog chooser", "aria-label": title }, [
    crel("h3", { textContent: title }), search, list, cancel,
  ]);
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const language = editor.view.dom.lang === "zh-Hans" ? "zh-hans" : "en";
    const answer = await fetch(`${desk}choose/${kind}/?${new URLSearchParams({ q: search.value, language })}`);
    const items = answer.ok ? (await answer.json()).items : [];
    if (mine !== asked) return;
    list.replaceChildren(...items.map((item) => {
      const button = crel("button", { type: "button" }, [
        ...(item.preview ? [crel("img", { src: item.preview, alt: "" })] : []),
        crel("span", {}, [crel("b", { textContent: item.title }), ` ${item.detail}`]),
      ]);
      button.addEventListener("click", () => { resolve(item); dialog.close(); });
      return crel("li", {}, [button]);
    }));
    if (!items.length) list.append(crel("li", { textContent: words.none }));
  };
  let waiting;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 200); });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); ask(); } });
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); resolve(null); });
  document.body.append(dialog);
  dialog.showModal();
  ask();
});

const attribute = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(`data-${name}`),
  renderHTML: (attributes) => (attributes[name] ? { [`data-${name}`]: attributes[name] } : {}),
});

export const LibraryFigure = Node.create({
  name: "libraryFigure",
  group: "block",
  atom: true,
  draggable: true,

  addOptions() { return { words: {} }; },

  addAttributes() {
    return Object.fromEntries(["image", "video", "width", "alt", "caption"].map((name) => [name, attribute(name)]));
  },

  parseHTML() { return [{ tag: "figure[data-image]" }, { tag: "figure[data-video]" }]; },

  renderHTML({ HTMLAttributes }) { return ["figure", mergeAttributes(HTMLAttributes)]; },

  addNodeView() {
    const words = this.options.words;
    return ({ node, editor, getPos }) => {
      const dom = document.createElement("figure");
      dom.className = "library-figure";
      const show = ({ attrs }) => {
        dom.replaceChildren(
          ...(attrs.image ? [crel("img", { src: `/media/${attrs.image}/thumb.webp`, alt: attrs.alt || "" })] : []),
          crel("figcaption", { textContent: attrs.caption || (attrs.video ? words.video : words.picture) }),
        );
      };
      show(node);
      dom.addEventListener("dblclick", () => edit(editor, words, node.attrs, getPos()));
      return {
        dom,
        update(updated) {
          if (updated.type !== node.type) return false;
          show(updated);
          node = updated;
          return true;
        },
      };
    };
  },

  addMenuItems({ menu, buttons }) {
    const words = this.options.words;
    const define = (kind, icon, name) => menu.defineItem({
      name: `library:${kind}`,
      groups: "link",
      command: (editor) => insert(editor, kind, words),
      button: buttons.material(icon, name),
    });
    define("image", "image", words.picture);
    define("video", "movie", words.video);
  },
});

const insert = async (editor, kind, words) => {
  const item = await choose(editor, kind, kind === "image" ? words.picture : words.video, words);
  if (!item) return;
  if (kind === "video") {
    editor.chain().focus().insertContent({ type: "libraryFigure", attrs: { video: item.uid, caption: item.title } }).run();
    return;
  }
  const attrs = await ask(editor, words, {});
  if (attrs) editor.chain().focus().insertContent({ type: "libraryFigure", attrs: { ...attrs, image: item.uid } }).run();
};

const ask = async (editor, words, attrs) => {
  const answer = await updateAttrsDialog({
    alt: { type: "string", title: words.alt },
    caption: { type: "string", title: words.caption },
    width: { type: "string", title: words.width, enum: ["full", "half"] },
  }, { title: words.picture })(editor, attrs);
  return answer && { ...answer, width: answer.width === "half" ? "half" : null };
};

const edit = async (editor, words, attrs, position) => {
  if (!attrs.image) return;
  const answer = await ask(editor, words, attrs);
  if (answer) editor.chain().focus().setNodeSelection(position).updateAttributes("libraryFigure", answer).run();
};

export const SiteLink = Extension.create({
  name: "siteLink",

  addOptions() { return { words: {} }; },

  addMenuItems({ menu, buttons }) {
    const words = this.options.words;
    menu.defineItem({
      name: "siteLink",
      groups: "link",
      async command(editor) {
        const item = await choose(editor, "link", words.link, words);
        if (!item) return;
        const mark = { type: "link", attrs: { href: item.url } };
        if (editor.state.selection.empty) {
          editor.chain().focus().insertContent({ type: "text", text: item.title, marks: [mark] }).run();
        } else {
          editor.chain().focus().setMark("link", mark.attrs).run();
        }
      },
      button: buttons.material("link", words.link),
    });
  },
});

// Word and WPS write lists as paragraphs that begin with a bullet or a number.
const BULLET = /^[\s\u00a0]*[·•▪◦‣o§\uf0b7\uf0a7\uf0d8\u25cf][\s\u00a0]+/;
const NUMBER = /^[\s\u00a0]*(?:\(?\d{1,3}[.)、]|[a-z][.)])[\s\u00a0]+/i;

const isListLine = (element) => element.matches("p")
  && (/mso-list|MsoListParagraph/i.test(`${element.getAttribute("style")} ${element.className}`));

const stripMarker = (line, pattern) => {
  line.querySelectorAll("[style*='mso-list:Ignore' i], [style*='mso-list: Ignore' i]").forEach((marker) => marker.remove());
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const first = walker.nextNode();
  if (first) first.data = first.data.replace(pattern, "");
};

const listsFrom = (body) => {
  let list = null;
  for (const line of [...body.querySelectorAll("p")]) {
    const text = line.textContent;
    const kind = BULLET.test(text) ? "ul" : NUMBER.test(text) ? "ol" : "";
    if (!isListLine(line) && !(kind === "ul" && /^[\s\u00a0]*[·\uf0b7\uf0a7•]/.test(text))) { list = null; continue; }
    const tag = kind || (list ? list.localName : "ul");
    if (!list || list.localName !== tag || list.nextElementSibling !== line) {
      list = document.createElement(tag);
      line.before(list);
    }
    stripMarker(line, kind === "ol" ? NUMBER : BULLET);
    const item = document.createElement("li");
    list.append(item);
    item.append(line);
  }
};

const rename = (element, tag) => {
  const other = document.createElement(tag);
  other.append(...element.childNodes);
  element.replaceWith(other);
};

// The structure of pasted HTML, and how much of what was left out.
export const cleaned = (html) => {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  const count = (selector) => body.querySelectorAll(selector).length;
  const dropped = {
    images: count("img, v\\:imagedata, picture, svg"),
    objects: count("script, iframe, object, embed, form, video, audio"),
    styles: count("font, [bgcolor], [style*=color i], [style*=font-size i], [style*=font-family i], [color], [face]"),
  };
  listsFrom(body);
  body.querySelectorAll("script, style, iframe, object, embed, form, video, audio, img, picture, svg, meta, link, title").forEach((one) => one.remove());
  // A title is the headline's business: headings of a text begin with the second level.
  body.querySelectorAll("h1").forEach((one) => rename(one, "h2"));
  body.querySelectorAll("h4, h5, h6").forEach((one) => rename(one, "h3"));
  body.querySelectorAll("[style], [class], [align], [width], [height], [lang]").forEach((one) => {
    for (const name of ["style", "class", "align", "width", "height", "lang"]) one.removeAttribute(name);
  });
  return { html: body.innerHTML, dropped };
};

export const CleanPaste = Extension.create({
  name: "cleanPaste",

  addOptions() { return { words: {} }; },

  addProseMirrorPlugins() {
    const { editor, options: { words } } = this;
    const tell = (dropped) => {
      const box = editor.view.dom.closest(".prose-editor");
      box.querySelector(".paste-notice")?.remove();
      const said = Object.entries(dropped).filter(([, number]) => number).map(([name, number]) => `${words[name]} (${number})`);
      if (said.length) box.append(crel("p", { className: "paste-notice help", role: "status", textContent: `${words.dropped} ${said.join(", ")}` }));
    };
    return [new Plugin({
      props: {
        transformPastedHTML(html) {
          // What comes from this editor or its sister needs no cleaning.
          if (html.includes("data-pm-slice")) return html;
          const result = cleaned(html);
          tell(result.dropped);
          return result.html;
        },
      },
    })];
  },
});
