/** What the service measures of itself, for Micrometer; names are in docs/operations.md. */
@NullMarked
package org.harmonykb.metrics;

import org.jspecify.annotations.NullMarked;
