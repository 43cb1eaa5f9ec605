// Package ckinds holds the loop's thread in C.
package ckinds

/*
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

static void sleeps(void) { usleep(250000); }

static void waits(void) {
	sem_t s;
	struct timespec at;
	sem_init(&s, 0, 0);
	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec += 250000000;
	if (at.tv_nsec >= 1000000000) { at.tv_nsec -= 1000000000; at.tv_sec++; }
	while (sem_timedwait(&s, &at) != 0 && clock_gettime(CLOCK_REALTIME, &at) != 0) {}
}

static void computes(void) {
	struct timespec a, b;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	do clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	while ((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec < 250000000L);
}
*/
import "C"

import "os"

// Hold does what the environment names.
func Hold() {
	switch os.Getenv("HOLD") {
	case "usleep":
		C.sleeps()
	case "sem_wait":
		C.waits()
	case "computing":
		C.computes()
	}
}
