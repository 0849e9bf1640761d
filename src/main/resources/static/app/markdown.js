import { DOMPurify, Marked } from './lib.js';
import { markText } from './highlight.js';

const marked = new Marked({ gfm: true, breaks: false });
const FORBIDDEN = ['img', 'style', 'form', 'input', 'video', 'audio', 'svg', 'math', 'iframe'];

// Attributes would need inline styles, which the policy of the page refuses anyway.
DOMPurify.addHook('afterSanitizeAttributes', node => {
  if (node.tagName === 'A') {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer');
  }
});

/** HTML of others as nodes that can do no harm. */
export function cleanHtml(text) {
  return DOMPurify.sanitize(text, {
    FORBID_TAGS: FORBIDDEN,
    FORBID_ATTR: ['style', 'id', 'class', 'name'],
    ALLOW_DATA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

export const cleanMarkdown = text => cleanHtml(marked.parse(text));

/** The sentence before each [n], without earlier marks. */
function statementBefore(text, at) {
  const before = text.slice(0, at).replace(/\[\d+\]/g, '').trimEnd();
  const start = Math.max(
    before.slice(0, -1).lastIndexOf('. '),
    before.slice(0, -1).lastIndexOf('。'),
    before.slice(0, -1).lastIndexOf('！'),
    before.slice(0, -1).lastIndexOf('？'),
  );
  return before.slice(start + 1).trim();
}

/** Makes each [n] outside code a button. */
function addCitations(root, numbers, label, onCite) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (/\[\d+\]/.test(node.data) && !node.parentElement?.closest('code, pre, a')) found.push(node);
  }
  for (const node of found) {
    const block = node.parentElement?.closest('p, li, td, th, blockquote, h1, h2, h3, h4') ?? node.parentNode;
    const parts = [];
    let last = 0;
    for (const match of node.data.matchAll(/\[(\d+)\]/g)) {
      const n = Number(match[1]);
      if (numbers && !numbers.has(n)) continue;
      // A chip stands close to its sentence.
      parts.push(document.createTextNode(node.data.slice(last, match.index).trimEnd()));
      const before = textBefore(block, node) + node.data.slice(0, match.index);
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'cite';
      button.textContent = n;
      button.dataset.n = n;
      button.dataset.unmarked = '';
      button.setAttribute('aria-label', label(n));
      button.addEventListener('click', () => onCite(n, statementBefore(before, before.length)));
      parts.push(button);
      last = match.index + match[0].length;
    }
    parts.push(document.createTextNode(node.data.slice(last)));
    node.replaceWith(...parts);
  }
}

function textBefore(block, node) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  let text = '';
  while (walker.nextNode() && walker.currentNode !== node) {
    if (!walker.currentNode.parentElement?.closest('[data-unmarked]')) text += walker.currentNode.data;
  }
  return text;
}

/**
 * An answer's text as an element.
 *
 * @param options `numbers` that may be cited (null: all), `label` of a citation, `onCite`,
 *     `unsupported` sentences and the `unsupportedLabel` that explains them
 */
export function answerElement(text, { numbers = null, label, onCite, unsupported = [], unsupportedLabel = '' }) {
  const element = document.createElement('div');
  element.className = 'prose';
  element.append(cleanMarkdown(text));
  addCitations(element, numbers, label, onCite);
  for (const sentence of unsupported) {
    const marks = markText(element, sentence, () => {
      const mark = document.createElement('mark');
      mark.className = 'unsupported';
      mark.title = unsupportedLabel;
      return mark;
    });
    if (marks.length) {
      const note = document.createElement('span');
      note.className = 'unsupported-note';
      note.dataset.unmarked = '';
      note.textContent = unsupportedLabel;
      marks.at(-1).after(note);
    }
  }
  return element;
}
