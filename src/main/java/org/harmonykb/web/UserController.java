package org.harmonykb.web;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.harmonykb.security.CollectionAccess;
import org.harmonykb.security.Role;
import org.harmonykb.security.User;
import org.harmonykb.security.UserService;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Users, their groups and roles, and which groups may read a collection. */
@RestController
@RequestMapping("/api/admin")
class UserController {

  private final UserService users;
  private final CollectionAccess collections;

  UserController(UserService users, CollectionAccess collections) {
    this.users = users;
    this.collections = collections;
  }

  record NewUser(
      @Nullable String name,
      @Nullable String displayName,
      @Nullable String password,
      @Nullable Set<Role> roles,
      @Nullable Set<String> groups) {}

  record Readers(@Nullable Set<String> groups) {}

  @GetMapping("/users")
  List<User> users() {
    return users.all();
  }

  @PostMapping("/users")
  @ResponseStatus(HttpStatus.CREATED)
  User create(@RequestBody NewUser user) {
    return users.create(
        AccountController.required(user.name, "name"),
        new UserService.Change(user.displayName, user.password, user.roles, user.groups, true));
  }

  @GetMapping("/users/{name}")
  User user(@PathVariable String name) {
    return users.get(name);
  }

  @PatchMapping("/users/{name}")
  User change(@PathVariable String name, @RequestBody UserService.Change change) {
    return users.update(name, change);
  }

  /** Removes the user's API keys and conversations too. */
  @DeleteMapping("/users/{name}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable String name) {
    users.delete(name);
  }

  /** All groups that somebody is in or that may read a collection. */
  @GetMapping("/groups")
  Set<String> groups() {
    return users.groups();
  }

  /** Collections that are not open to everybody, with the groups that may read them. */
  @GetMapping("/collections")
  Map<String, Set<String>> collections() {
    return collections.all();
  }

  /** Says which groups may read a collection; an empty list opens it to everybody. */
  @PutMapping("/collections/{collection}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void allow(@PathVariable String collection, @RequestBody Readers readers) {
    if (readers.groups == null || collection.length() > 100) {
      throw new IllegalArgumentException(
          "The field groups is missing, or the collection's name is too long");
    }
    collections.allow(collection, readers.groups);
  }
}
