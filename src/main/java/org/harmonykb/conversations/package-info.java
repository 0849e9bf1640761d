/** Turns, history and export. */
@NullMarked
package org.harmonykb.conversations;

import org.jspecify.annotations.NullMarked;
