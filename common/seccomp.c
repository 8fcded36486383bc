/* SPDX-License-Identifier: BSD-2-Clause */
/* The system call filter of a sandbox, written as BPF instructions one after the other. */
#include "common/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#else
#error "add the audit architecture of this processor"
#endif

#define PROGRAM_MAX 512
#define X32_BIT     0x40000000u /* x86-64's second set of numbers */

struct program {
    struct sock_filter code[PROGRAM_MAX];
    unsigned short len;
    bool overflow;
};

static void emit(struct program *program, struct sock_filter instruction)
{
    if (program->len == PROGRAM_MAX)
        program->overflow = true;
    else
        program->code[program->len++] = instruction;
}

static void emit_load(struct program *program, size_t offset)
{
    emit(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset));
}

static void emit_return(struct program *program, unsigned action)
{
    emit(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Leave with `action` if the loaded word equals `value`. */
static void emit_return_if(struct program *program, unsigned value, unsigned action)
{
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    emit_return(program, action);
}

static size_t argument(unsigned index)
{
    return offsetof(struct seccomp_data, args) + 8 * index; /* the low half: little-endian */
}

/*
 * Allow `number` if its argument is one of `values`; otherwise EPERM. Every other number jumps
 * over the block and stays loaded.
 */
static void emit_argument_list(struct program *program, unsigned number, unsigned index,
                               const unsigned *values, size_t count)
{
    const unsigned length = (unsigned)(2 * count + 2);

    emit(program,
         (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, (unsigned char)length));
    emit_load(program, argument(index));
    for (size_t i = 0; i < count; i++)
        emit_return_if(program, values[i], SECCOMP_RET_ALLOW);
    emit_return(program, SECCOMP_RET_ERRNO | EPERM);
}

static void emit_list(struct program *program, const unsigned *numbers, size_t count,
                      unsigned action)
{
    for (size_t i = 0; i < count; i++)
        emit_return_if(program, numbers[i], action);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const unsigned always[] = {
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_pwrite64,
    SYS_close,
    SYS_close_range,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_openat,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_readlinkat,
    SYS_getdents64,
    SYS_lseek,
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_futex,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_getrandom,
    SYS_getpid,
    SYS_gettid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getresuid,
    SYS_getresgid,
    SYS_getgroups,
    SYS_ppoll,
    SYS_pselect6,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_eventfd2,
    SYS_pipe2,
    SYS_dup,
    SYS_dup3,
    SYS_fcntl,
    SYS_flock,
    SYS_fstatfs,
    SYS_statfs,
    SYS_sendto,
    SYS_recvfrom,
    SYS_sendmsg,
    SYS_recvmsg,
    SYS_connect,
    SYS_getsockname,
    SYS_getpeername,
    SYS_getsockopt,
    SYS_setsockopt,
    SYS_shutdown,
    SYS_exit,
    SYS_exit_group,
    SYS_uname,
    SYS_sysinfo,
    SYS_sched_yield,
    SYS_getcpu,
    SYS_rseq,
    SYS_set_robust_list,
    SYS_set_tid_address,
    SYS_sched_getaffinity,
    SYS_restart_syscall,
    SYS_setitimer,  /* a deadline of the process' own */
    SYS_sendmmsg,   /* glibc's resolver, towards a local stub */
    SYS_socketpair, /* within this process: libcurl's threads */
#if defined(__x86_64__)
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_poll,
    SYS_select,
    SYS_epoll_wait,
    SYS_time,
    SYS_dup2,
    SYS_pipe,
#endif
};

static const unsigned writing[] = {
    SYS_renameat,  SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_fsync,    SYS_fdatasync,
    SYS_ftruncate, SYS_fchmod,    SYS_fchmodat, SYS_fchown,  SYS_fchownat,
#if defined(__x86_64__)
    SYS_rename,    SYS_unlink,    SYS_mkdir,    SYS_rmdir,   SYS_chmod,
#endif
};

/* What foreign code may not do either. */
static const unsigned dangerous[] = {
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_bpf,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_swapon,
    SYS_swapoff,
    SYS_reboot,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_acct,
    SYS_quotactl,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_syslog,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsmount,
    SYS_kill,
    SYS_tkill,
    SYS_pidfd_send_signal,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_iopl,
    SYS_ioperm,
#endif
};

static void emit_sockets(struct program *program, const struct sandbox *sandbox)
{
    unsigned families[3];
    size_t count = 0;

    if (sandbox->unix_sockets)
        families[count++] = AF_UNIX;
    if (sandbox->inet_sockets) {
        families[count++] = AF_INET;
        families[count++] = AF_INET6;
    }
    emit_argument_list(program, SYS_socket, 0, families, count);
}

/* A new thread, never a new process. */
static void emit_threads(struct program *program, bool threads)
{
    /* Its flags lie in memory, out of the filter's sight: glibc takes clone() instead. */
    emit_return_if(program, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4));
    emit_load(program, argument(0));
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
    emit_return(program, threads ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM);
    emit_return(program, SECCOMP_RET_ERRNO | EPERM);
}

/* abort() raises SIGABRT in this process; no other gets a signal. */
static void emit_signals(struct program *program)
{
    const unsigned self[] = {(unsigned)getpid()};

    emit_argument_list(program, SYS_tgkill, 0, self, COUNT(self));
}

static void emit_start(struct program *program)
{
    emit_load(program, offsetof(struct seccomp_data, arch));
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0));
    emit_return(program, SECCOMP_RET_KILL_PROCESS);
    emit_load(program, offsetof(struct seccomp_data, nr));
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1));
    emit_return(program, SECCOMP_RET_ERRNO | EPERM);
}

static void emit_strict(struct program *program, const struct sandbox *sandbox)
{
    const unsigned harmless_ioctls[] = {TCGETS, FIONREAD, FIONBIO};
    const unsigned only_reading[] = {0}; /* the low half of the pointer to the new limit */
    bool writes = false;

    for (size_t i = 0; i < sandbox->path_count; i++)
        writes = writes || (sandbox->paths[i].access & SANDBOX_WRITE) != 0;
    emit_argument_list(program, SYS_ioctl, 1, harmless_ioctls, COUNT(harmless_ioctls));
    emit_argument_list(program, SYS_prlimit64, 2, only_reading, COUNT(only_reading));
    emit_list(program, always, COUNT(always), SECCOMP_RET_ALLOW);
    if (writes)
        emit_list(program, writing, COUNT(writing), SECCOMP_RET_ALLOW);
    emit_return(program, SECCOMP_RET_ERRNO | EPERM);
}

static void emit_loose(struct program *program)
{
    emit_list(program, dangerous, COUNT(dangerous), SECCOMP_RET_ERRNO | EPERM);
    emit_return(program, SECCOMP_RET_ALLOW);
}

bool seccomp_close(const struct sandbox *sandbox)
{
    struct program program = {.len = 0};
    struct sock_fprog filter;

    emit_start(&program);
    emit_sockets(&program, sandbox);
    emit_threads(&program, sandbox->threads);
    emit_signals(&program);
    if (sandbox->loose)
        emit_loose(&program);
    else
        emit_strict(&program, sandbox);
    if (program.overflow)
        return false;
    filter = (struct sock_fprog){.len = program.len, .filter = program.code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}
