package org.harmonykb.ingestion;

/**
 * How much a document may hold, archives and attachments included.
 *
 * @param characters of text
 * @param pages of a PDF or slides
 * @param archiveDepth archives inside archives; 1 means a plain archive
 * @param archiveEntries files in an archive, nested ones included
 * @param archiveBytes unpacked size of all these files
 */
record ReadLimits(
    int characters, int pages, int archiveDepth, int archiveEntries, long archiveBytes) {

  static final ReadLimits DEFAULTS = new ReadLimits(20_000_000, 5_000, 3, 2_000, 1_000_000_000L);
}
