import { html, live, nothing, ref, repeat } from './lib.js';
import { icon } from './icons.js';
import { localized, number, t } from './texts.js';
import { afterUpdate, state, toast, update } from './state.js';
import { ask, explain, saveSettings, scrollToEnd, shareConversation, stop, unshareConversation } from './chats.js';
import { copyText, turnView } from './turn.js';
import { differsFromAssistant, openSettings } from './settings.js';
import { openDialog } from './dialog.js';
import { sourcePanel } from './sources.js';

const MAX_QUESTION = 4000;

const assistantOf = chat => state.assistants.find(a => a.id === chat.settings.assistant) ?? state.assistants[0];

/** The conversation with its composer, and the source that is open beside it. */
export function chatView() {
  const chat = state.chat;
  if (!chat) return html`<main class="chat" id="main"></main>`;
  return html`
    <main class="chat" id="main">
      ${head(chat)}
      ${chat.turns.length ? turns(chat) : welcome(chat)}
      ${chat.shared ? nothing : composer(chat)}
    </main>
    ${state.panel ? sourcePanel() : nothing}`;
}

const head = chat => html`
  <header class="chat-head">
    <button type="button" class="plain icon-button only-narrow" aria-label=${t('menu')} @click=${() => {
      state.drawerOpen = true;
      update();
    }}>${icon('menu')}</button>
    <h1 class="chat-title">${chat.title || 'harmony-kb'}</h1>
    ${chat.shared ? html`<span class="badge">${t('sharedBy')}</span>` : nothing}
    ${chat.id && !chat.shared ? html`
      <button type="button" class="plain icon-button" aria-label=${t('share')} title=${t('share')} @click=${() => share(chat)}>${icon('share')}</button>
      <details class="menu">
        <summary class="plain icon-button" aria-label=${t('export')} title=${t('export')}>${icon('export')}</summary>
        <div class="menu-items">${Object.entries(t('exportAs')).map(([format, name]) => html`
          <a href="/api/conversations/${chat.id}/export?format=${format}" download>${name}</a>`)}</div>
      </details>` : nothing}
  </header>`;

function turns(chat) {
  const last = chat.turns.at(-1);
  return html`
    <div class="turns-scroll" tabindex="0" role="region" aria-label=${chat.title || t('answer')} @scroll=${onScroll}>
      <div class="turns">${repeat(chat.turns, turn => turn, turn => turnView(chat, turn, turn === last))}</div>
      <button type="button" class="to-end icon-button" hidden aria-label=${t('goToEnd')} @click=${() => scrollToEnd('smooth')}>${icon('chevron')}</button>
    </div>`;
}

function onScroll(event) {
  const box = event.currentTarget;
  box.querySelector('.to-end').hidden = box.scrollHeight - box.scrollTop - box.clientHeight < 400;
}

function welcome(chat) {
  const examples = localizedList(assistantOf(chat)?.examples);
  return html`
    <div class="welcome">
      <h2>${t('welcome')}</h2>
      <p class="muted">${state.status ? t('welcomeHint', number(state.status.documents.SEARCHABLE ?? 0)) : ''}</p>
      ${state.status?.mode === 'extractive' ? html`<p class="notice">${icon('info')}<span>${state.status.model}</span></p>` : nothing}
      ${localized(assistantOf(chat)?.limits) ? html`<p class="notice">${icon('info')}<span>${localized(assistantOf(chat).limits)}</span></p>` : nothing}
      <ul class="examples">${examples.map(example => html`<li>
        <button type="button" @click=${() => ask(chat, example)}>${example}</button></li>`)}</ul>
    </div>`;
}

const localizedList = texts => texts?.[state.language] ?? texts?.en ?? [];

function composer(chat) {
  const submit = event => {
    event?.preventDefault();
    const question = chat.draft.trim();
    if (!question || chat.abort) return;
    chat.draft = '';
    ask(chat, question);
    afterUpdate(() => grow(document.getElementById('question')));
  };
  const left = MAX_QUESTION - chat.draft.length;
  return html`
    <form class="composer" id="ask" @submit=${submit}>
      <textarea id="question" rows="1" maxlength=${MAX_QUESTION} aria-label=${t('askPlaceholder')} placeholder=${t('askPlaceholder')}
        .value=${live(chat.draft)} ${ref(element => element && !chat.turns.length && !element.dataset.focused && focusOnce(element))}
        @input=${event => {
          chat.draft = event.target.value;
          grow(event.target);
          update();
        }}
        @keydown=${event => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
        }}></textarea>
      <div class="composer-row">
        <label class="sr-only" for="assistant">${t('assistant')}</label>
        <select id="assistant" .value=${live(chat.settings.assistant)} @change=${event => {
          chat.settings = { ...chat.settings, assistant: event.target.value };
          saveSettings(chat);
          update();
        }}>${state.assistants.map(a => html`<option value=${a.id} ?selected=${a.id === chat.settings.assistant}>${localized(a.title)}</option>`)}</select>
        <button type="button" class="plain icon-button ${differsFromAssistant(chat.settings) ? 'dotted' : ''}" aria-label=${t('settings')}
          title=${differsFromAssistant(chat.settings) ? t('settingsChanged') : t('settings')} @click=${() => openSettings(chat)}>${icon('settings')}</button>
        <span class="grow"></span>
        ${left < 400 ? html`<span class="muted small" role="status">${t('charactersLeft', number(left))}</span>` : nothing}
        ${chat.abort
          ? html`<button type="button" id="stop" class="round" aria-label=${t('stop')} title=${t('stop')} @click=${() => stop(chat)}>${icon('stop')}</button>`
          : html`<button id="send" class="round primary" aria-label=${t('send')} title=${t('send')} ?disabled=${!chat.draft.trim()}>${icon('send')}</button>`}
      </div>
    </form>`;
}

function focusOnce(element) {
  element.dataset.focused = 'true';
  // A phone's keyboard would hide the examples.
  if (matchMedia('(hover: hover)').matches) element.focus();
}

function grow(element) {
  if (!element) return;
  element.style.height = 'auto';
  element.style.height = `${Math.min(element.scrollHeight, 240)}px`;
}

async function share(chat) {
  let link;
  try {
    const { token } = await shareConversation(chat.id);
    link = `${location.origin}${location.pathname}#/shared/${token}`;
  } catch (error) {
    toast(explain(error), 'bad');
    return;
  }
  const done = await openDialog(t('shareTitle'), close => html`
    <p>${t('shareHint')}</p>
    <input class="wide" readonly aria-label=${t('share')} .value=${link} @focus=${event => event.target.select()}>
    <div class="dialog-actions">
      <button type="button" @click=${() => close('stop')}>${t('shareStop')}</button>
      <button type="button" class="primary" autofocus @click=${async () => {
        if (await copyText(link)) toast(t('copied'));
        close();
      }}>${t('shareCopy')}</button>
    </div>`);
  if (done === 'stop') await unshareConversation(chat.id).catch(error => toast(explain(error), 'bad'));
}
