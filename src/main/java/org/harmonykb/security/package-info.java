/** Who calls, what they may do and read, and what is written down about it. */
@NullMarked
package org.harmonykb.security;

import org.jspecify.annotations.NullMarked;
