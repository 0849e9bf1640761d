/** The service's own REST endpoints, server-sent events and the page. */
@NullMarked
package org.harmonykb.web;

import org.jspecify.annotations.NullMarked;
