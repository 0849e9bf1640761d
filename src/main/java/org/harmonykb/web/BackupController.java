package org.harmonykb.web;

import org.harmonykb.backup.BackupService;
import org.harmonykb.backup.Backups;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Backs the running service up into a file on its own machine. */
@RestController
class BackupController {

  private final BackupService backups;

  BackupController(BackupService backups) {
    this.backups = backups;
  }

  /** Answers when the backup is written and verified. */
  @PostMapping("/api/admin/backup")
  @ResponseStatus(HttpStatus.CREATED)
  Backups.Summary backup() {
    return backups.write();
  }
}
