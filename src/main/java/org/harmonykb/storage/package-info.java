/** Where the files of documents lie: in a folder, or in an object storage. */
@NullMarked
package org.harmonykb.storage;

import org.jspecify.annotations.NullMarked;
