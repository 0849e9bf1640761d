import { html, nothing } from '../lib.js';
import { number, t } from '../texts.js';

/** What the model would read, or why it would read nothing. */
export const promptView = prompt => html`
  <dl class="facts">
    <dt>${t('evidence')}</dt><dd>${number(prompt.probability * 100)} % <span class="badge ${prompt.refuses ? 'warning' : 'good'}">${prompt.refuses ? t('wouldRefuse') : t('wouldAnswer')}</span></dd>
    ${prompt.prompt ? html`<dt>${t('tokens')}</dt><dd>${number(prompt.promptTokens)}</dd>
      <dt>${t('promptStyle')}</dt><dd>${t('promptStyles')[prompt.style]}</dd>` : nothing}
  </dl>
  ${prompt.notice ? html`<p class="notice">${prompt.notice}</p>` : nothing}
  ${prompt.prompt ? html`<pre tabindex="0" role="region" aria-label=${t('promptShown')}>${prompt.prompt}</pre>` : nothing}`;
