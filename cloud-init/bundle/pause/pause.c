/*
 * pause: process 1 of every pod. It holds the pod's namespaces, ends on SIGTERM or SIGINT, and reaps whatever is left
 * to it when the pod shares one process namespace. Static, so that its image is this one file.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal) {
	_exit(signal == SIGTERM || signal == SIGINT ? 0 : 1);
}

static void reap(int signal) {
	(void)signal;
	while (waitpid(-1, NULL, WNOHANG) > 0) {
	}
}

int main(void) {
	struct sigaction on_end = {.sa_handler = end};
	struct sigaction on_child = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP | SA_RESTART};
	if (sigaction(SIGTERM, &on_end, NULL) != 0 || sigaction(SIGINT, &on_end, NULL) != 0 ||
	    sigaction(SIGCHLD, &on_child, NULL) != 0) {
		return 2;
	}
	for (;;) {
		pause();
	}
}
