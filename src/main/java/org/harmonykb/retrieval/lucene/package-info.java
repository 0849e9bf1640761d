/** The search index on Lucene; the only package that knows Lucene types. */
@NullMarked
package org.harmonykb.retrieval.lucene;

import org.jspecify.annotations.NullMarked;
