/** Files of documents in an object storage that speaks the S3 API. */
@NullMarked
package org.harmonykb.storage.s3;

import org.jspecify.annotations.NullMarked;
