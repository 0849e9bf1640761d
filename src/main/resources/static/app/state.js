import { render } from './lib.js';

/**
 * What the page shows. Views are functions of it; whoever changes it calls `update`.
 */
export const state = {
  language: localStorage.getItem('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'),
  theme: localStorage.getItem('theme') ?? 'auto',
  route: { name: 'chat' },
  me: null,
  status: null,
  assistants: [],
  choices: { collections: [], adapters: [] },
  conversations: [],
  conversationSearch: '',
  chat: null,
  panel: null,
  drawerOpen: false,
  toast: null,
};

let view = null;
let scheduled = false;
const afterwards = [];

/** Paints the page soon; many calls make one painting. */
export function update() {
  if (scheduled || !view) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    render(view(), document.getElementById('app'));
    for (const task of afterwards.splice(0)) task();
  });
}

/** Runs a task after the next painting, such as to scroll to something new. */
export function afterUpdate(task) {
  afterwards.push(task);
  update();
}

export function start(rootView) {
  view = rootView;
  update();
}

let toastTimer;

/** Shows a short message for some seconds. */
export function toast(text, kind = 'info') {
  clearTimeout(toastTimer);
  state.toast = { text, kind };
  toastTimer = setTimeout(() => {
    state.toast = null;
    update();
  }, 6000);
  update();
}
