import { html, live, nothing } from './lib.js';
import { openDialog } from './dialog.js';
import { localized, t } from './texts.js';
import { state, update } from './state.js';
import { defaultSettings, saveSettings } from './chats.js';

const OWN = ['collections', 'instructions', 'temperature', 'topP', 'length', 'effort', 'reasoning', 'adapter'];

/** What the service does not heed is not offered: `/api/choices` names what it does. */
const offers = setting => state.choices.settings?.includes(setting) ?? false;

/** Says so where the loaded model makes nothing of a setting. */
const unheeded = setting => (state.choices.unheeded?.includes(setting) ? t('unheeded') : '');

export function differsFromAssistant(settings) {
  const plain = defaultSettings();
  return OWN.some(name => JSON.stringify(settings[name]) !== JSON.stringify(plain[name]));
}

/** Lets the reader change how a conversation is answered. */
export function openSettings(chat) {
  const changed = { ...chat.settings };
  const text = (name, label, hint, control) => html`
    <label class="field"><span>${label}</span>${control}${hint ? html`<span class="hint">${hint}</span>` : nothing}</label>`;
  return openDialog(t('settingsOf'), (close, repaint) => {
    const set = (name, value) => {
      changed[name] = value;
      repaint();
    };
    const slider = (name, label, hint, max, start) => html`
      <div class="field"><label for=${name}>${label}</label>
        <div class="slider">
          <input id=${name} type="range" min="0" max=${max} step="0.05" .value=${live(String(changed[name] ?? start))}
            @input=${e => set(name, Math.max(name === 'topP' ? 0.05 : 0, Number(e.target.value)))}>
          <output for=${name}>${changed[name] ?? t('auto')}</output>
          <button type="button" class="plain" ?disabled=${changed[name] === null} @click=${() => set(name, null)}>${t('reset')}</button>
        </div>${hint ? html`<span class="hint">${hint}</span>` : nothing}</div>`;
    const select = (name, label, options, hint = '') => text(name, label, hint, html`
      <select name=${name} .value=${live(changed[name])} @change=${e => set(name, e.target.value)}>
        ${options.map(([value, shown]) => html`<option value=${value} ?selected=${changed[name] === value}>${shown}</option>`)}</select>`);
    return html`
      <form @submit=${e => {
        e.preventDefault();
        close(changed);
      }}>
        ${select('assistant', t('assistant'), state.assistants.map(a => [a.id, localized(a.title)]))}
        <fieldset class="field"><legend>${t('collections')}</legend>
          <div class="choices">${state.choices.collections.map(c => html`
            <label class="choice"><input type="checkbox" .checked=${live(changed.collections.includes(c.name))}
              @change=${e => set('collections', e.target.checked
                ? [...changed.collections, c.name] : changed.collections.filter(n => n !== c.name))}><span>${c.name}</span></label>`)}</div>
          ${changed.collections.length ? nothing : html`<span class="hint">${t('allCollections')}</span>`}
        </fieldset>
        ${!offers('instructions') ? nothing : text('instructions', t('instructions'), `${t('instructionsHint')}${unheeded('instructions')}`, html`<textarea name="instructions" rows="3" maxlength="2000" .value=${live(changed.instructions)}
          @input=${e => { changed.instructions = e.target.value; }}></textarea>`)}
        <div class="two">
          ${slider('temperature', t('temperature'), t('temperatureHint'), 2, 0)}
          ${slider('topP', t('topP'), '', 1, 1)}
        </div>
        <div class="two">
          ${select('length', t('length'), Object.entries(t('lengths')))}
          ${offers('reasoningEffort') ? select('effort', t('effort'), Object.entries(t('efforts')), unheeded('reasoningEffort')) : nothing}
        </div>
        ${!offers('reasoning') ? nothing : html`<label class="choice block"><input type="checkbox" .checked=${live(changed.reasoning)} @change=${e => set('reasoning', e.target.checked)}><span>${t('showReasoning')}</span></label>`}
        ${select('adapter', t('adapter'), [['', t('noAdapter')], ...state.choices.adapters.map(a => [a, a])])}
        <div class="dialog-actions">
          <button type="button" class="plain" @click=${() => {
            Object.assign(changed, { ...defaultSettings(), assistant: changed.assistant });
            repaint();
          }}>${t('reset')}</button>
          <span class="grow"></span>
          <button type="button" @click=${() => close()}>${t('cancel')}</button>
          <button class="primary">${t('save')}</button>
        </div>
      </form>`;
  }, 'settings').then(result => {
    if (!result) return;
    chat.settings = result;
    saveSettings(chat);
    update();
  });
}
