import { html, render } from './lib.js';
import { t } from './texts.js';
import { icon } from './icons.js';

/**
 * Shows a modal dialog and gives what it was closed with; null when it was dismissed.
 *
 * @param body makes the content, given `close(value)` and `repaint()`
 */
export function openDialog(title, body, className = '') {
  return new Promise(resolve => {
    const dialog = document.createElement('dialog');
    dialog.className = className;
    dialog.setAttribute('aria-labelledby', 'dialog-title');
    let result = null;
    const close = value => {
      result = value ?? null;
      dialog.close();
    };
    const repaint = () => render(html`
      <form method="dialog" class="dialog-head">
        <h2 id="dialog-title">${title}</h2>
        <button class="plain icon-button" aria-label=${t('close')}>${icon('close')}</button>
      </form>
      ${body(close, repaint)}`, dialog);
    dialog.addEventListener('click', event => {
      if (event.target === dialog) close();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    repaint();
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector('[autofocus]')?.focus();
  });
}

/** Asks before something that cannot be undone. */
export const confirmDialog = (title, text, action) => openDialog(title, close => html`
  <p>${text}</p>
  <div class="dialog-actions">
    <button type="button" @click=${() => close(false)}>${t('cancel')}</button>
    <button type="button" class="danger" autofocus @click=${() => close(true)}>${action}</button>
  </div>`);

/** Asks for a line of text. */
export const promptDialog = (title, value, action) => openDialog(title, close => html`
  <form @submit=${event => {
    event.preventDefault();
    close(new FormData(event.target).get('value'));
  }}>
    <input name="value" class="wide" .value=${value} maxlength="80" required autofocus aria-label=${title}>
    <div class="dialog-actions">
      <button type="button" @click=${() => close()}>${t('cancel')}</button>
      <button class="primary">${action}</button>
    </div>
  </form>`);
