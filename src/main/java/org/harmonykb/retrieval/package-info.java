/**
 * Finds passages: a keyword arm and a vector arm over one index, fused by rank. Lucene types stay
 * in {@code retrieval.lucene}. Access scope is a filter inside both arms, never applied afterwards.
 */
@NullMarked
package org.harmonykb.retrieval;

import org.jspecify.annotations.NullMarked;
