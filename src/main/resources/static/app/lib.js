// The libraries of the page, each from its WebJar; pom.xml has their versions.
export { html, svg, nothing, render } from '/webjars/lit-html/lit-html.js';
export { classMap } from '/webjars/lit-html/directives/class-map.js';
export { guard } from '/webjars/lit-html/directives/guard.js';
export { live } from '/webjars/lit-html/directives/live.js';
export { ref } from '/webjars/lit-html/directives/ref.js';
export { repeat } from '/webjars/lit-html/directives/repeat.js';
export { Marked } from '/webjars/marked/lib/marked.esm.js';
export { default as DOMPurify } from '/webjars/dompurify/dist/purify.es.mjs';
