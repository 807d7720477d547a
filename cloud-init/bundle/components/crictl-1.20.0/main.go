// crictl, as far as kubeadm and a training course need it: kubeadm 1.20 refuses a node with containerd without one, and
// the original (cri-tools) is neither in Debian nor on every module mirror. Same names, same flags, same sockets; no
// exec, attach or run.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/ioutil"
	"net"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
)

const usage = `crictl (klab's own, for CRI v1alpha2)
usage: crictl [-r SOCKET] [-t SECONDS] COMMAND
  version, info                 what the runtime is, and its state
  images, pull REF, inspecti REF…, rmi REF…
  pods [-q], stopp POD…, rmp [-f] POD…
  ps [-a] [-q], stop CONTAINER…, rm [-f] CONTAINER…, inspect CONTAINER, logs CONTAINER
The socket: -r, CONTAINER_RUNTIME_ENDPOINT, /etc/crictl.yaml, or containerd's.`

type client struct {
	ctx     context.Context
	runtime cri.RuntimeServiceClient
	images  cri.ImageServiceClient
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "crictl:", err)
		os.Exit(1)
	}
}

// setting reads one `key: value` of /etc/crictl.yaml, which is flat.
func setting(key string) string {
	text, err := ioutil.ReadFile("/etc/crictl.yaml")
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, key+":") {
			return strings.Trim(strings.TrimSpace(strings.TrimPrefix(line, key+":")), `"'`)
		}
	}
	return ""
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// global takes the flags before the command.
func global(args []string) (socket string, timeout time.Duration, rest []string, err error) {
	timeout = 2 * time.Minute
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		flag, value := args[0], ""
		args = args[1:]
		if i := strings.Index(flag, "="); i > 0 {
			flag, value = flag[:i], flag[i+1:]
		}
		take := func() string {
			if value == "" && len(args) > 0 {
				value, args = args[0], args[1:]
			}
			return value
		}
		switch flag {
		case "-r", "--runtime-endpoint":
			socket = take()
		case "-i", "--image-endpoint", "-c", "--config":
			take()
		case "-t", "--timeout":
			if timeout, err = time.ParseDuration(strings.TrimSuffix(take(), "s") + "s"); err != nil {
				return
			}
		case "-D", "--debug":
		case "-v", "--version":
			return socket, timeout, []string{"--version"}, nil
		default:
			err = errors.New(usage)
			return
		}
	}
	return socket, timeout, args, nil
}

func run(args []string) error {
	socket, timeout, args, err := global(args)
	if err != nil {
		return err
	}
	if len(args) == 0 || args[0] == "help" {
		fmt.Println(usage)
		return nil
	}
	if args[0] == "--version" {
		fmt.Println("crictl version v1.20.0-klab")
		return nil
	}
	asked := first(socket, os.Getenv("CONTAINER_RUNTIME_ENDPOINT"))
	socket = first(asked, setting("runtime-endpoint"), "/run/containerd/containerd.sock")
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	dial := func(ctx context.Context, address string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", address)
	}
	conn, err := grpc.DialContext(ctx, strings.TrimPrefix(socket, "unix://"),
		grpc.WithInsecure(), grpc.WithBlock(), grpc.FailOnNonTempDialError(true),
		grpc.WithContextDialer(dial), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(16<<20)))
	if err != nil {
		return fmt.Errorf("%s: %v", socket, err)
	}
	defer conn.Close()
	c := &client{ctx, cri.NewRuntimeServiceClient(conn), cri.NewImageServiceClient(conn)}
	return c.command(args[0], args[1:])
}

func show(v interface{}) error {
	text, err := json.MarshalIndent(v, "", "  ")
	fmt.Println(string(text))
	return err
}

// flags separates the short switches from the words.
func flags(args []string) (has map[string]bool, words []string) {
	has = map[string]bool{}
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			has[strings.TrimLeft(a, "-")] = true
		} else {
			words = append(words, a)
		}
	}
	return
}

func (c *client) command(name string, args []string) error {
	has, words := flags(args)
	quiet := has["q"] || has["quiet"]
	force := has["f"] || has["force"]
	each := func(f func(string) error) error {
		if len(words) == 0 {
			return errors.New(usage)
		}
		for _, w := range words {
			if err := f(w); err != nil {
				return fmt.Errorf("%s: %v", w, err)
			}
		}
		return nil
	}
	switch name {
	case "version":
		v, err := c.runtime.Version(c.ctx, &cri.VersionRequest{})
		if err != nil {
			return err
		}
		fmt.Printf("Version:  %s\nRuntimeName:  %s\n", v.Version, v.RuntimeName)
		fmt.Printf("RuntimeVersion:  %s\nRuntimeApiVersion:  %s\n", v.RuntimeVersion, v.RuntimeApiVersion)
		return nil
	case "info":
		s, err := c.runtime.Status(c.ctx, &cri.StatusRequest{})
		if err != nil {
			return err
		}
		return show(s)
	case "images", "image", "img":
		return c.listImages(quiet)
	case "pull":
		return each(func(ref string) error {
			r, err := c.images.PullImage(c.ctx, &cri.PullImageRequest{Image: &cri.ImageSpec{Image: ref}})
			if err == nil {
				fmt.Println("Image is up to date for", r.ImageRef)
			}
			return err
		})
	case "inspecti":
		return each(func(ref string) error {
			r, err := c.images.ImageStatus(c.ctx, &cri.ImageStatusRequest{Image: &cri.ImageSpec{Image: ref}})
			if err != nil {
				return err
			}
			if r.Image == nil {
				return errors.New("no such image")
			}
			return show(r)
		})
	case "rmi":
		return each(func(ref string) error {
			_, err := c.images.RemoveImage(c.ctx, &cri.RemoveImageRequest{Image: &cri.ImageSpec{Image: ref}})
			return err
		})
	case "pods":
		return c.listPods(quiet)
	case "stopp":
		return each(c.stopPod)
	case "rmp":
		return each(func(id string) error {
			if force {
				if err := c.stopPod(id); err != nil {
					return err
				}
			}
			_, err := c.runtime.RemovePodSandbox(c.ctx, &cri.RemovePodSandboxRequest{PodSandboxId: id})
			return err
		})
	case "ps":
		return c.listContainers(quiet, has["a"] || has["all"])
	case "stop":
		return each(c.stopContainer)
	case "rm":
		return each(func(id string) error {
			if force {
				if err := c.stopContainer(id); err != nil {
					return err
				}
			}
			_, err := c.runtime.RemoveContainer(c.ctx, &cri.RemoveContainerRequest{ContainerId: id})
			return err
		})
	case "inspect":
		return each(func(id string) error {
			r, err := c.runtime.ContainerStatus(c.ctx, &cri.ContainerStatusRequest{ContainerId: id, Verbose: true})
			if err != nil {
				return err
			}
			return show(r)
		})
	case "logs":
		return each(c.logs)
	}
	return fmt.Errorf("unknown command %q\n%s", name, usage)
}

func (c *client) stopPod(id string) error {
	_, err := c.runtime.StopPodSandbox(c.ctx, &cri.StopPodSandboxRequest{PodSandboxId: id})
	return err
}

func (c *client) stopContainer(id string) error {
	_, err := c.runtime.StopContainer(c.ctx, &cri.StopContainerRequest{ContainerId: id, Timeout: 10})
	return err
}

// logs copies the log file that the kubelet reads too.
func (c *client) logs(id string) error {
	r, err := c.runtime.ContainerStatus(c.ctx, &cri.ContainerStatusRequest{ContainerId: id})
	if err != nil {
		return err
	}
	file, err := os.Open(r.Status.LogPath)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(os.Stdout, file)
	return err
}

func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	if len(id) > 13 {
		return id[:13]
	}
	return id
}

func age(nanoseconds int64) string {
	return time.Since(time.Unix(0, nanoseconds)).Round(time.Second).String() + " ago"
}

func table(header string, rows [][]string) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 3, ' ', 0)
	fmt.Fprintln(w, header)
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}

func (c *client) listImages(quiet bool) error {
	r, err := c.images.ListImages(c.ctx, &cri.ListImagesRequest{})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, i := range r.Images {
		if quiet {
			fmt.Println(i.Id)
			continue
		}
		for _, tag := range append(i.RepoTags, "") {
			if tag == "" && len(i.RepoTags) > 0 {
				continue
			}
			at := strings.LastIndex(tag, ":")
			name, version := "<none>", "<none>"
			if at > 0 {
				name, version = tag[:at], tag[at+1:]
			}
			rows = append(rows, []string{name, version, short(i.Id), fmt.Sprintf("%.1fMB", float64(i.Size_)/1e6)})
		}
	}
	if quiet {
		return nil
	}
	return table("IMAGE\tTAG\tIMAGE ID\tSIZE", rows)
}

func (c *client) listPods(quiet bool) error {
	r, err := c.runtime.ListPodSandbox(c.ctx, &cri.ListPodSandboxRequest{})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, p := range r.Items {
		if quiet {
			fmt.Println(p.Id)
			continue
		}
		state := strings.Title(strings.ToLower(strings.TrimPrefix(p.State.String(), "SANDBOX_")))
		m := p.Metadata
		rows = append(rows, []string{short(p.Id), age(p.CreatedAt), state, m.Name, m.Namespace, fmt.Sprint(m.Attempt)})
	}
	if quiet {
		return nil
	}
	return table("POD ID\tCREATED\tSTATE\tNAME\tNAMESPACE\tATTEMPT", rows)
}

func (c *client) listContainers(quiet, all bool) error {
	filter := &cri.ContainerFilter{}
	if !all {
		filter.State = &cri.ContainerStateValue{State: cri.ContainerState_CONTAINER_RUNNING}
	}
	r, err := c.runtime.ListContainers(c.ctx, &cri.ListContainersRequest{Filter: filter})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, k := range r.Containers {
		if quiet {
			fmt.Println(k.Id)
			continue
		}
		state := strings.Title(strings.ToLower(strings.TrimPrefix(k.State.String(), "CONTAINER_")))
		attempt := fmt.Sprint(k.Metadata.Attempt)
		rows = append(rows, []string{
			short(k.Id), k.Image.Image, age(k.CreatedAt), state, k.Metadata.Name, attempt, short(k.PodSandboxId),
		})
	}
	if quiet {
		return nil
	}
	return table("CONTAINER\tIMAGE\tCREATED\tSTATE\tNAME\tATTEMPT\tPOD ID", rows)
}
