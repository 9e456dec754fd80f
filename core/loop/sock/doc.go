// Package sock is the readiness driver: non-blocking stream sockets over a
// notify.Notifier (epoll, kqueue, or somebody else's event loop).
//
// What it costs on Linux: bytes are copied once, by the kernel into the loop's
// one receive buffer, which is lent to Handler.Data as it is. A delivered read
// is one recvfrom and allocates nothing; a Write is one sendto and a Writev one
// sendmsg per 64 pieces. Up to 256 ready sockets share one epoll_pwait. So an
// echo costs two system calls and the batch's share of a third. EPOLLOUT is
// asked for only after the kernel has refused bytes, and given up at the
// earliest one turn after Writable, so that a bulk transfer does not switch it
// with each round. Calls that cannot block do not go through the Go scheduler.
//
// Reads are taken one per event and turn, so that no connection starves
// another. Errors wrap a syscall.Errno for errors.Is.
package sock
