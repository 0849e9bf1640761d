/** Persistent background jobs and their progress. */
@NullMarked
package org.harmonykb.jobs;

import org.jspecify.annotations.NullMarked;
