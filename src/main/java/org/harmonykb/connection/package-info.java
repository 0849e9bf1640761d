/** Notices that the reader of an answer is gone, while the answer is still being made. */
@NullMarked
package org.harmonykb.connection;

import org.jspecify.annotations.NullMarked;
