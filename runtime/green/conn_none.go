//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package green

import "net"

func (l *Loop) dial(t *Task, network, address string) (net.Conn, error) {
	return l.portableDial(t, network, address)
}

func (l *Loop) listen(t *Task, network, address string) (net.Listener, error) {
	return l.portableListen(t, network, address)
}

func (l *Loop) listenPacket(t *Task, network, address string) (net.PacketConn, error) {
	return l.portableListenPacket(t, network, address)
}
