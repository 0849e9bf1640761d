/** Documents, their revisions, files and rights. */
@NullMarked
package org.harmonykb.documents;

import org.jspecify.annotations.NullMarked;
