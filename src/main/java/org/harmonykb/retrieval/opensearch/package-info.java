/** The index in an OpenSearch cluster. */
@NullMarked
package org.harmonykb.retrieval.opensearch;

import org.jspecify.annotations.NullMarked;
