package main

import (
	"crypto/tls"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

type review struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Request    *reviewRequest `json:"request,omitempty"`
	Response   object         `json:"response,omitempty"`
}

type reviewRequest struct {
	UID    string `json:"uid"`
	Object struct {
		Spec struct {
			URL string `json:"url"`
		} `json:"spec"`
	} `json:"object"`
}

// serve answers reviews under whatever certificate is mounted at the moment of a handshake.
func serve() error {
	server, err := newAPI()
	if err != nil {
		return err
	}
	go callReady(server)
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("/validate", validate)
	webhook := &http.Server{
		Addr:    ":9443",
		Handler: mux,
		TLSConfig: &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair("/certificate/tls.crt", "/certificate/tls.key")
			return &pair, err
		}},
	}
	// Without kept-alive connections every review is a handshake with whichever pod comes next, so a single stale pod
	// shows.
	webhook.SetKeepAlivesEnabled(os.Getenv("KEEP_ALIVE") != "no")
	return webhook.ListenAndServeTLS("", "")
}

func validate(w http.ResponseWriter, r *http.Request) {
	var in review
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Request == nil {
		http.Error(w, "not a review", http.StatusBadRequest)
		return
	}
	response := object{"uid": in.Request.UID, "allowed": true}
	if url := in.Request.Object.Spec.URL; url != "" && !strings.HasPrefix(url, "https://") {
		response["allowed"] = false
		response["status"] = object{"code": 403, "reason": "Forbidden", "message": "spec.url must begin with https://"}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(review{APIVersion: in.APIVersion, Kind: in.Kind, Response: response})
}

// callReady gives every repository that lacks it the condition Ready.
func callReady(server *api) {
	for ; ; time.Sleep(500 * time.Millisecond) {
		var list struct {
			Items []struct {
				Metadata struct {
					Name       string `json:"name"`
					Generation int64  `json:"generation"`
				} `json:"metadata"`
				Status struct {
					Conditions []any `json:"conditions"`
				} `json:"status"`
			} `json:"items"`
		}
		if err := server.send("GET", repositories, "application/json", nil, &list); err != nil {
			log.Print(err)
			continue
		}
		for _, repository := range list.Items {
			if len(repository.Status.Conditions) > 0 {
				continue
			}
			err := server.send("PATCH", repositories+"/"+repository.Metadata.Name+"/status", "application/merge-patch+json",
				object{"status": object{"conditions": []object{{
					"type":               "Ready",
					"status":             "True",
					"reason":             "Fetched",
					"message":            "the index was fetched",
					"observedGeneration": repository.Metadata.Generation,
					"lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
				}}}}, nil)
			if err != nil {
				log.Print(err)
			}
		}
	}
}
