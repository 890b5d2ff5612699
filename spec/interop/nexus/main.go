// A router to try clients on: nexus with four realms and every way in that it has. Prints READY when it listens.
//
// The realms: realm1 and keeping let every client in; secure wants a ticket, WAMP-CRA or cryptosign; salted wants WAMP-CRA with a
// salted secret. The only user is joe, his secret comes by -secret and his Ed25519 key by -pubkey.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gammazero/nexus/v3/router"
	"github.com/gammazero/nexus/v3/router/auth"
	"github.com/gammazero/nexus/v3/wamp"
	"golang.org/x/crypto/pbkdf2"
)

const (
	salt       = "salt123"
	iterations = 1000
	keyLength  = 32
	patience   = 10 * time.Second
)

// users is the one place that knows joe.
type users struct {
	secret string
	pubkey []byte
	salted bool
}

func (u users) AuthKey(authid, method string) ([]byte, error) {
	if authid != "joe" {
		return nil, fmt.Errorf("there is no %q", authid)
	}
	switch {
	case method == "cryptosign":
		return u.pubkey, nil
	case method == "wampcra" && u.salted:
		key := pbkdf2.Key([]byte(u.secret), []byte(salt), iterations, keyLength, sha256.New)
		// what both sides sign with is the text of the key
		return []byte(base64.StdEncoding.EncodeToString(key)), nil
	}
	return []byte(u.secret), nil
}

func (u users) PasswordInfo(string) (string, int, int) {
	if u.salted {
		return salt, keyLength, iterations
	}
	return "", 0, 0
}

func (u users) AuthRole(authid string) (string, error) {
	if authid != "joe" {
		return "", fmt.Errorf("there is no %q", authid)
	}
	return "user", nil
}

func (users) Provider() string { return "static" }

func realm(uri string, ways ...auth.Authenticator) *router.RealmConfig {
	return &router.RealmConfig{
		URI:              wamp.URI(uri),
		AnonymousAuth:    len(ways) == 0,
		Authenticators:   ways,
		AllowDisclose:    true,
		EnableMetaKill:   true,
		EnableMetaModify: true,
		TopicEventHistoryConfigs: []*router.TopicEventHistoryConfig{
			{Topic: "interop.history.exact", MatchPolicy: "exact", Limit: 100},
		},
	}
}

// must ends the program where a listener cannot listen.
func must(_ any, err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	ws := flag.String("ws", "127.0.0.1:0", "where to serve WebSocket")
	wss := flag.String("wss", "", "where to serve WebSocket over TLS")
	tcp := flag.String("tcp", "", "where to serve RawSocket")
	rss := flag.String("rss", "", "where to serve RawSocket over TLS")
	unix := flag.String("unix", "", "path of a socket to serve RawSocket on")
	cert := flag.String("cert", "", "certificate for -wss and -rss")
	key := flag.String("key", "", "its key")
	secret := flag.String("secret", "", "joe's ticket and secret")
	pubkey := flag.String("pubkey", "", "joe's Ed25519 public key, in hex")
	queue := flag.Int("queue", 0, "messages that may wait for one client; 0 is the router's own choice")
	flag.Parse()

	public, err := hex.DecodeString(*pubkey)
	must(nil, err)
	joe := users{secret: *secret, pubkey: public}
	salted := joe
	salted.salted = true

	out := log.New(os.Stdout, "", 0)
	core, err := router.NewRouter(&router.Config{RealmConfigs: []*router.RealmConfig{
		realm("realm1"),
		realm("keeping"),
		realm("secure",
			auth.NewTicketAuthenticator(joe, patience),
			auth.NewCRAuthenticator(joe, patience),
			auth.NewCryptoSignAuthenticator(joe, patience)),
		realm("salted", auth.NewCRAuthenticator(salted, patience)),
	}}, out)
	must(nil, err)

	sockets := router.NewWebsocketServer(core)
	sockets.OutQueueSize = *queue
	must(nil, sockets.AllowOrigins([]string{"*"}))
	must(sockets.ListenAndServe(*ws))
	if *wss != "" {
		must(sockets.ListenAndServeTLS(*wss, nil, *cert, *key))
	}
	raw := router.NewRawSocketServer(core)
	raw.OutQueueSize = *queue
	if *tcp != "" {
		must(raw.ListenAndServe("tcp", *tcp))
	}
	if *rss != "" {
		must(raw.ListenAndServeTLS("tcp", *rss, nil, *cert, *key))
	}
	if *unix != "" {
		must(raw.ListenAndServe("unix", *unix))
	}
	out.Print("READY")

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	core.Close()
}
