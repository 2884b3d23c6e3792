/* warden.h - the process that cleans up after a lab whose engine died; see rundir.h.
 *
 * It keeps what that takes and nothing else: a list of system calls before it
 * removes the first file (what guests left has names that guests chose), and Landlock,
 * by which it can change nothing but the folders of labs, as soon as it has
 * looked at other processes, which Landlock forbids. A call that is refused it
 * names on standard output, one a line, for the engine, as long as there is one.
 */
#pragma once

/**
 * vbet_warden_main:
 * @path, @scratch: the lab's two folders
 *
 * The warden's whole life: reads standard input until it ends; 'q' before the end means that all is clean
 * already.
 *
 * Returns: exit code.
 */
int vbet_warden_main (const char *path, const char *scratch);

/** vbet_warden_confine: leaves this process the system calls of a warden. Returns: 0 or -errno. */
int vbet_warden_confine (void);

/** vbet_warden_confine_files: leaves it only the folders that hold @path and @scratch, without writing to
 * files there; no other process can be looked at from then on. Returns: 0 or -errno. */
int vbet_warden_confine_files (const char *path, const char *scratch);
