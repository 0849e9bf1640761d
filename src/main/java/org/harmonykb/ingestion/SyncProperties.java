package org.harmonykb.ingestion;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Folders that are kept in step, and when a run asks first.
 *
 * @param maxDeletions share of a source's documents that a run may delete without being asked
 * @param fewDeletions so many are deleted whatever their share
 */
@Validated
@ConfigurationProperties("kb.sync")
record SyncProperties(
    @DefaultValue List<@Valid Folder> folders,
    @Min(0) @Max(1) @DefaultValue("0.2") double maxDeletions,
    @Min(0) @DefaultValue("3") int fewDeletions) {

  /**
   * @param name of the source; documents are called by it and their path in the folder
   * @param collection where its documents belong; blank takes the first folder in their path
   * @param interval from the end of a run to the next; 0 runs at the start only
   * @param allow groups that may read them; empty means everybody
   */
  record Folder(
      @NotNull @Pattern(regexp = SyncService.NAME) String name,
      @NotNull Path path,
      @DefaultValue("") String collection,
      @DefaultValue("5m") Duration interval,
      @DefaultValue Set<String> allow) {}
}
