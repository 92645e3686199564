// HTML of the server's, brought up to date in place: what did not change stays the same element, so that a press that has
// begun on it ends on it, and the focus stays.
function update(old, now) {
  const [before, after] = [[...old.childNodes], [...now.childNodes]];
  after.forEach((node, place) => {
    const was = before[place];
    if (was?.nodeName !== node.nodeName) {
      if (was) was.replaceWith(node); else old.append(node);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      for (const { name } of [...was.attributes]) if (!node.hasAttribute(name)) was.removeAttribute(name);
      for (const { name, value } of node.attributes) if (was.getAttribute(name) !== value) was.setAttribute(name, value);
      update(was, node);
    } else if (was.data !== node.data) was.data = node.data;
  });
  for (const node of before.slice(after.length)) node.remove();
}

export default {
  template: `<component :is="tag"></component>`,
  props: { innerHTML: String, sanitize: Boolean, tag: String },
  mounted() { this.write(); },
  updated() { this.write(); },
  methods: {
    write() {
      if (this.innerHTML === this.written) return;
      this.written = this.innerHTML;
      const now = this.$el.cloneNode(false);
      now.innerHTML = this.innerHTML;
      update(this.$el, now);
    },
  },
};
