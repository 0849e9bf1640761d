/** Requests, their queue, and the thread that runs them. */
@NullMarked
package org.harmonykb.engine.scheduling;

import org.jspecify.annotations.NullMarked;
