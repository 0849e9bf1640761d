import { html, nothing } from '../lib.js';
import { brand, closeDrawer } from '../shell.js';
import { icon } from '../icons.js';
import { t } from '../texts.js';
import { state, toast, update } from '../state.js';
import { explain } from '../chats.js';
import './texts.js';

/** The pages: name, icon, module and who needs it. */
const PAGES = [
  ['documents', 'document', () => import('./documents.js'), ['INGEST', 'ADMIN']],
  ['jobs', 'jobs', () => import('./jobs.js'), ['ADMIN']],
  ['lab', 'lab', () => import('./lab.js'), ['ADMIN']],
  ['statistics', 'chart', () => import('./statistics.js'), ['ADMIN']],
  ['models', 'model', () => import('./models.js'), ['ADMIN']],
  ['assistants', 'assistant', () => import('./assistants.js'), ['ADMIN']],
  ['people', 'people', () => import('./people.js'), ['ADMIN', 'AUDIT']],
];

let shown = null;
let page = null;

/** Opens a page of the administration; it may tidy up when it is left. */
export async function openPage(route) {
  const entry = PAGES.find(([name]) => name === route.page) ?? PAGES[0];
  if (shown !== entry[0]) page?.leave?.();
  try {
    page = await entry[2]();
    shown = entry[0];
    await page.enter(route);
  } catch (error) {
    toast(explain(error), 'bad');
  }
  update();
}

window.addEventListener('hashchange', () => {
  if (!location.hash.startsWith('#/admin')) {
    page?.leave?.();
    shown = null;
  }
});

const isAllowed = needed => !state.me?.permissions || needed.some(p => state.me.permissions.includes(p));

export const adminSidebar = () => html`
  ${brand()}
  <ul class="admin-nav">${PAGES.filter(([, , , needed]) => isAllowed(needed)).map(([name, symbol]) => html`<li>
    <a href="#/admin/${name}" aria-current=${name === state.route.page ? 'page' : nothing} @click=${closeDrawer}>${icon(symbol)}${t(name)}</a></li>`)}</ul>
  <span class="grow"></span>`;

export const adminView = () => html`
  <main class="admin" id="main">
    <header class="chat-head">
      <button type="button" class="plain icon-button only-narrow" aria-label=${t('menu')} @click=${() => {
        state.drawerOpen = true;
        update();
      }}>${icon('menu')}</button>
      <h1 class="chat-title">${t(state.route.page) ?? ''}</h1>
      ${shown === state.route.page ? page?.actions?.() ?? nothing : nothing}
    </header>
    <div class="admin-body" tabindex="0" role="region" aria-label=${t(state.route.page) ?? ''}>${shown === state.route.page ? page.view() : html`<p class="status"><span class="pulse"></span>${t('loading')}</p>`}</div>
  </main>`;
