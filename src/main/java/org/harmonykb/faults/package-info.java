/**
 * What can go wrong around the service – disk, database, search engine, storage – and what callers
 * are told about it.
 */
@NullMarked
package org.harmonykb.faults;

import org.jspecify.annotations.NullMarked;
