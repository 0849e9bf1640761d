/** The commands of {@code bin/kb}. */
@NullMarked
package org.harmonykb.cli;

import org.jspecify.annotations.NullMarked;
