import { html, live, nothing, repeat } from './lib.js';
import { post } from './api.js';
import { icon } from './icons.js';
import { t } from './texts.js';
import { state, toast, update } from './state.js';
import { changeConversation, deleteConversation, explain, loadConversations } from './chats.js';
import { confirmDialog, openDialog, promptDialog } from './dialog.js';

/** The frame: sidebar at the left, the page's part beside it. */
export const shell = (sidebar, content) => html`
  <a class="skip" href="#main" @click=${event => {
    event.preventDefault();
    (document.getElementById('question') ?? document.getElementById('main'))?.focus();
  }}>${t('skip')}</a>
  <div class="shell ${state.drawerOpen ? 'drawer-open' : ''} ${state.panel && state.route.name === 'chat' ? 'with-panel' : ''}">
    <nav class="sidebar" aria-label=${t('menu')}>
      ${sidebar}
      ${foot()}
    </nav>
    <div class="scrim" @click=${closeDrawer}></div>
    ${content}
  </div>
  <div class="toast-place" role="status" aria-live="polite">${state.toast
    ? html`<p class="toast ${state.toast.kind}">${state.toast.text}</p>` : nothing}</div>`;

export function closeDrawer() {
  state.drawerOpen = false;
  update();
}

export const brand = () => html`
  <div class="brand"><img src="icon.svg" alt="" width="24" height="24"><span>harmony-kb</span>
    <button type="button" class="plain icon-button only-narrow" aria-label=${t('close')} @click=${closeDrawer}>${icon('close')}</button></div>`;

export const chatSidebar = () => html`
  ${brand()}
  <a class="button new" href="#/" @click=${closeDrawer}>${icon('plus')}${t('newConversation')}</a>
  <label class="searchbox">${icon('search')}<span class="sr-only">${t('search')}</span>
    <input id="conversation-search" type="search" placeholder=${t('search')} .value=${live(state.conversationSearch)} @input=${onSearch}></label>
  <div class="history">${history()}</div>`;

let searchTimer;

function onSearch(event) {
  state.conversationSearch = event.target.value;
  clearTimeout(searchTimer);
  searchTimer = setTimeout(loadConversations, 200);
}

/** Groups by when they were last used; pinned ones first. */
function groups(conversations) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const day = 86_400_000;
  const name = c => {
    if (c.pinned) return 'pinned';
    const at = new Date(c.updatedAt).getTime();
    if (at >= midnight) return 'today';
    if (at >= midnight - day) return 'yesterday';
    return at >= midnight - 7 * day ? 'week' : 'earlier';
  };
  return Object.entries(Object.groupBy(conversations, name))
    .sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

const ORDER = ['pinned', 'today', 'yesterday', 'week', 'earlier'];

function history() {
  if (!state.conversations.length) {
    return html`<p class="muted small">${state.conversationSearch ? t('nothingFound') : t('noConversations')}</p>`;
  }
  return groups(state.conversations).map(([name, list]) => html`
    <h2>${t(name)}</h2>
    <ul>${repeat(list, c => c.id, conversationRow)}</ul>`);
}

const conversationRow = c => html`
  <li class=${state.chat?.id === c.id ? 'current' : ''}>
    <a href="#/c/${c.id}" title=${c.title} aria-current=${state.chat?.id === c.id ? 'page' : nothing} @click=${closeDrawer}>
      <span class="row-title">${c.title}</span>${c.excerpt ? html`<span class="row-excerpt">${c.excerpt}</span>` : nothing}</a>
    <details class="menu">
      <summary class="plain icon-button" aria-label="${t('more')}: ${c.title}">${icon('more')}</summary>
      <div class="menu-items">
        <button type="button" @click=${act(() => changeConversation(c.id, { pinned: !c.pinned }))}>${icon('pin')}${c.pinned ? t('unpin') : t('pin')}</button>
        <button type="button" @click=${act(async () => {
          const title = await promptDialog(t('rename'), c.title, t('save'));
          if (title?.trim()) await changeConversation(c.id, { title });
        })}>${icon('edit')}${t('rename')}</button>
        <button type="button" class="danger-text" @click=${act(async () => {
          if (await confirmDialog(t('deleteTitle'), t('deleteHint', c.title), t('remove'))) await deleteConversation(c.id);
        })}>${icon('trash')}${t('remove')}</button>
      </div>
    </details>
  </li>`;

/** What a menu entry does, with its troubles told. */
export const act = action => async () => {
  try {
    await action();
  } catch (error) {
    toast(explain(error), 'bad');
  }
};

export function setLanguage(language) {
  state.language = language;
  localStorage.setItem('language', language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  update();
}

export function setTheme(theme) {
  state.theme = theme;
  localStorage.setItem('theme', theme);
  document.documentElement.dataset.theme = theme;
  update();
}

const hasAdministration = () =>
  !state.me?.permissions || ['INGEST', 'ADMIN', 'AUDIT'].some(p => state.me.permissions.includes(p));

const signOut = () => act(async () => {
  await post('/api/logout');
  location.href = '/login.html';
})();

const foot = () => html`
  <div class="sidebar-foot">
    ${state.route.name === 'admin'
      ? html`<a class="foot-link" href="#/">${icon('back')}${t('backToChat')}</a>`
      : hasAdministration() ? html`<a class="foot-link" href="#/admin/documents">${icon('wrench')}${t('administration')}</a>` : nothing}
    <div class="foot-row">
      <button type="button" class="plain" id="language" lang=${state.language === 'en' ? 'zh' : 'en'}
        @click=${() => setLanguage(state.language === 'en' ? 'zh' : 'en')}>${icon('globe')}${state.language === 'en' ? '中文' : 'English'}</button>
      <label class="sr-only" for="theme">${t('theme')}</label>
      <select id="theme" title=${t('theme')} .value=${live(state.theme)} @change=${event => setTheme(event.target.value)}>
        ${['auto', 'light', 'dark'].map(name => html`<option value=${name} ?selected=${state.theme === name}>${t(name)}</option>`)}</select>
      <button type="button" class="plain icon-button only-wide" aria-label=${t('shortcuts')} title=${t('shortcuts')} @click=${showShortcuts}>${icon('keyboard')}</button>
    </div>
    ${state.me?.name && state.me.mode !== 'demo' ? html`<div class="foot-row"><span class="muted grow">${state.me.displayName ?? state.me.name}</span>
      <button type="button" class="plain" @click=${signOut}>${t('signOut')}</button></div>` : nothing}
  </div>`;

export const showShortcuts = () => openDialog(t('shortcuts'), () => html`
  <table class="shortcuts">${t('shortcutList').map(([keys, what]) => html`
    <tr><td>${keys.split(' ').map(key => html`<kbd>${key}</kbd> `)}</td><td>${what}</td></tr>`)}</table>`);
