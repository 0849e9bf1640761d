/**
 * Conversations and how models read and write them: the Harmony format of gpt-oss, and the ChatML
 * and Llama 3 formats of other models. Knows strings and token ids, nothing of documents, HTTP or
 * Spring.
 */
@NullMarked
package org.harmonykb.harmony;

import org.jspecify.annotations.NullMarked;
