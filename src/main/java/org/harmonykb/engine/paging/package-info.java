/** How weights come into memory: mapped whole, or experts read on demand into a few slots. */
@NullMarked
package org.harmonykb.engine.paging;

import org.jspecify.annotations.NullMarked;
