import { html } from './lib.js';
import { post } from './api.js';
import { explain } from './chats.js';
import { openDialog } from './dialog.js';
import { t } from './texts.js';
import { toast, update } from './state.js';

const form = (close, reasons, group, action) => html`
  <form @submit=${event => {
    event.preventDefault();
    const data = new FormData(event.target);
    close({ reason: data.get('reason') ?? null, comment: data.get('comment').trim() });
  }}>
    <fieldset class="reasons" ?hidden=${!reasons.length}>
      <legend class="sr-only">${group}</legend>
      ${reasons.map(([value, label], i) => html`<label class="choice"><input type="radio" name="reason" value=${value} ?checked=${i === 0}><span>${label}</span></label>`)}
    </fieldset>
    <label class="field"><span>${t('comment')} <span class="muted">(${t('optional')})</span></span>
      <textarea name="comment" rows="3" maxlength="1000"></textarea></label>
    <div class="dialog-actions">
      <button type="button" @click=${() => close()}>${t('cancel')}</button>
      <button class="primary">${action}</button>
    </div>
  </form>`;

/** Takes a thumb and, for a bad answer, the reason. */
export async function rate(chat, turn, rating) {
  let said = { reason: null, comment: '' };
  if (rating < 0) {
    said = await openDialog(t('feedbackBad'), close =>
      form(close, Object.entries(t('feedbackReasons')), t('feedbackBad'), t('submit')));
    if (!said) return;
  }
  try {
    await sendFeedback(chat, turn, rating, said);
    turn.rating = rating;
    toast(t('feedbackThanks'));
  } catch (error) {
    toast(explain(error), 'bad');
  }
  update();
}

const sendFeedback = (chat, turn, rating, said) => post(`/api/answers/${turn.answer.id}/feedback`, {
  thumb: rating > 0 ? 'up' : 'down',
  reason: [said.reason, said.comment].filter(Boolean).join(': ') || undefined,
});

/** Tells a document's owner what is wrong with it. */
export async function reportDocument(citation) {
  const said = await openDialog(t('reportTitle'), close => html`
    <p class="muted">${citation.title}</p>
    ${form(close, Object.entries(t('reportReasons')), t('reportHint'), t('submit'))}`);
  if (!said) return;
  try {
    await post('/api/reports', {
      documentId: citation.documentId, revision: citation.revision, reason: said.reason, comment: said.comment || undefined,
    });
    toast(t('reportThanks'));
  } catch (error) {
    toast(explain(error), 'bad');
  }
}
