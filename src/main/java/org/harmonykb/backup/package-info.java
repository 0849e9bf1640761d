/** Copies of everything that the service keeps, and how they become a data folder again. */
@NullMarked
package org.harmonykb.backup;

import org.jspecify.annotations.NullMarked;
